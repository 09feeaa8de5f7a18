import { CHECK_TEXT } from '../../codes/check-text.ts'
import { tellMend } from '../../codes/refusal-words.ts'
import { tell } from '../../codes/tell.ts'
import type { CheckupAnswer, OverviewAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useLoad } from '../../hub/load.ts'
import { saveFile } from '../../hub/save-file.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Answer } from '../../parts/answer.tsx'
import { Badge, type Tone } from '../../parts/badge.tsx'
import { Fact } from '../../parts/fact.tsx'
import { Section } from '../../parts/page.tsx'
import { SETTINGS_TEXT } from './settings-text.ts'

type Check = CheckupAnswer['checks'][number]

const TONES: Readonly<Record<Check['status'], Tone>> = { ok: 'good', note: 'off', warning: 'warn', failed: 'bad' }
/** What is worst stands first. */
const ORDER: readonly Check['status'][] = ['failed', 'warning', 'note', 'ok']

/** What ails the hub and mends it, and what to hand to whoever helps. */
export function HelpTab() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const checkup = useLoad(() => api.get<CheckupAnswer>('api/diagnostics/hub'), [])
  const overview = useLoad(() => api.get<OverviewAnswer>('api/overview'), [])
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
            <dl class="facts">
              {checks
                .toSorted((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status))
                .map((check) => (
                  <CheckFact key={`${check.name} ${check.detail}`} check={check} />
                ))}
            </dl>
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

function CheckFact({ check: { name, status, detail, mend, cause } }: { readonly check: Check }) {
  const words = read(SETTINGS_TEXT)
  return (
    <>
      <dt>
        <Badge tone={TONES[status]}>
          {tell(CHECK_TEXT, name)}: {words.statuses[status]}
        </Badge>
      </dt>
      <dd>
        {detail}
        {mend && <p class="note">{cause === null ? mend : tellMend({ cause, mend })}</p>}
      </dd>
    </>
  )
}
