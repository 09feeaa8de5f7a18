import type { CheckupAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useLoad } from '../../hub/load.ts'
import { read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { Findings } from '../../parts/findings.tsx'
import { Section } from '../../parts/page.tsx'
import { DEVICE_TEXT } from './device-text.ts'

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
      <Answer of={checkup}>{({ checks }) => <Findings checks={checks} />}</Answer>
    </Section>
  )
}
