import type { CheckupAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useLoad } from '../../hub/load.ts'
import { useOverview } from '../../hub/overview.ts'
import { saveFile } from '../../hub/save-file.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Answer } from '../../parts/answer.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Findings } from '../../parts/findings.tsx'
import { Section } from '../../parts/page.tsx'
import { SETTINGS_TEXT } from './settings-text.ts'

/** What is worst stands first. */
const ORDER: readonly CheckupAnswer['checks'][number]['status'][] = ['failed', 'warning', 'note', 'ok']

/** What ails the hub and mends it, and what to hand to whoever helps. */
export function HelpTab() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const checkup = useLoad(() => api.get<CheckupAnswer>('api/diagnostics/hub'), [])
  const overview = useOverview()
  return (
    <>
      <Section
        title={words.checks}
        actions={
          <button type="button" disabled={checkup.isLoading} onClick={checkup.reload}>
            {words.checkAgain}
          </button>
        }
      >
        <Answer of={checkup} lines={10}>
          {({ checks }) => (
            <Findings
              checks={checks.toSorted((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status))}
            />
          )}
        </Answer>
      </Section>
      {may('administer') && (
        <Section title={words.supportBundle}>
          <p>{words.supportBundleTells}</p>
          <ActionButton
            label={words.saveSupportBundle}
            act={async () => {
              const file = await api.download('GET', 'api/diagnostics/support-bundle')
              saveFile(file)
              return words.supportBundleSaved(file.name)
            }}
          />
        </Section>
      )}
      <Section title={words.readOn}>
        <dl class="facts">
          <Fact name={words.version}>{overview.data?.version}</Fact>
          <Fact name={words.apiDescription}>
            <a href="openapi.json">openapi.json</a>
          </Fact>
          <Fact name={words.trust}>
            <a href="pki/">pki/</a>
          </Fact>
        </dl>
      </Section>
    </>
  )
}
