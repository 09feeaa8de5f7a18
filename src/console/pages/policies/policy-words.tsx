import { read } from '../../language.ts'
import { Fact } from '../../parts/fact.tsx'
import { Section } from '../../parts/page.tsx'
import { POLICIES_TEXT } from './policies-text.ts'

/** What the variables of a rule stand for. */
export function PolicyWords() {
  const words = read(POLICIES_TEXT)
  return (
    <Section title={words.meaning}>
      <dl class="facts">
        {words.variables.map(({ name, meaning }) => (
          <Fact key={name} name={name}>
            {meaning}
          </Fact>
        ))}
      </dl>
      <p class="quiet">
        {words.variablesNote} {words.denyWins}
      </p>
    </Section>
  )
}
