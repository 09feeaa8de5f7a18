import { useState } from 'preact/hooks'
import { deviceOf } from '../../../logged-event.ts'
import { tellCause, tellMend } from '../../codes/refusal-words.ts'
import type { DiaryEntryAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Section } from '../../parts/page.tsx'
import { ADD_DEVICE_TEXT } from './add-device-text.ts'

const REFRESH_MS = 3000

/** Turns green when the device connects; until then it tells what it was refused for. */
export function FirstConnection({ deviceId }: { readonly deviceId: string }) {
  const { api } = useHub()
  const words = read(ADD_DEVICE_TEXT)
  const [isConnected, setConnected] = useState(false)
  const diary = useLoad(
    () => api.get<ListPage<DiaryEntryAnswer>>(path('api/devices', deviceId, 'diary'), { limit: 10 }),
    [deviceId],
    REFRESH_MS,
  )
  useEvents(['device.connected'], ({ data }) => {
    if (deviceOf(data) === deviceId) setConnected(true)
  })
  const entries = diary.data?.items ?? []
  const refusal = entries.find((entry) => entry.refusal)?.refusal
  const hasCome = isConnected || entries.some(({ event }) => event === 'connected')
  return (
    <Section title={words.waiting}>
      <div class={`note ${hasCome ? 'good' : refusal ? 'bad' : ''}`} role="status">
        {hasCome && <Badge tone="good">{words.connected}</Badge>}
        {!hasCome && refusal && (
          <>
            <p>
              <Badge tone="bad">{words.refused}</Badge> <strong>{tellCause(refusal.cause)}</strong>
            </p>
            <p>{tellMend(refusal)}</p>
          </>
        )}
        {!hasCome && !refusal && <p>{words.waitingHint}</p>}
      </div>
    </Section>
  )
}
