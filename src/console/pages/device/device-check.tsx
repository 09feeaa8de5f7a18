import { CHECK_TEXT } from '../../codes/check-text.ts'
import { tellMend } from '../../codes/refusal-words.ts'
import { tell } from '../../codes/tell.ts'
import type { CheckupAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useLoad } from '../../hub/load.ts'
import { read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { Badge, type Tone } from '../../parts/badge.tsx'
import { Section } from '../../parts/page.tsx'
import { DEVICE_TEXT } from './device-text.ts'

const TONES: Readonly<Record<CheckupAnswer['checks'][number]['status'], Tone>> = {
  ok: 'good',
  note: 'off',
  warning: 'warn',
  failed: 'bad',
}

export interface DeviceCheckProps {
  readonly kind: 'device' | 'service'
  readonly id: string
}

/** Why a device or service is not online, as far as the hub can tell. */
export function DeviceCheck({ kind, id }: DeviceCheckProps) {
  const { api } = useHub()
  const words = read(DEVICE_TEXT)
  const checkup = useLoad(() => api.get<CheckupAnswer>(path(`api/diagnostics/${kind}s`, id)), [kind, id])
  return (
    <Section title={words.check}>
      <Answer of={checkup}>
        {({ checks }) => (
          <dl class="facts">
            {checks.map(({ name, status, detail, mend, cause }) => (
              <>
                <dt>
                  <Badge tone={TONES[status]}>
                    {tell(CHECK_TEXT, name)}: {words.checkStatus[status]}
                  </Badge>
                </dt>
                <dd>
                  {detail}
                  {mend && <p class="note">{cause === null ? mend : tellMend({ cause, mend })}</p>}
                </dd>
              </>
            ))}
          </dl>
        )}
      </Answer>
    </Section>
  )
}
