import { tellLeaving } from '../../codes/reason-words.ts'
import type { DeviceAnswer, DiaryEntryAnswer, SessionAnswer } from '../../hub/answers.ts'
import { read } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { Moment } from '../../parts/moment.tsx'
import { DEVICE_TEXT } from './device-text.ts'

export interface DeviceStandingProps {
  readonly device: Pick<DeviceAnswer, 'state'>
  /** Its connection, if it has one. */
  readonly live: SessionAnswer | undefined
  readonly diary: readonly DiaryEntryAnswer[]
  /** Of a service, which Russian says otherwise. */
  readonly words?: StandingWords
}

export type StandingWords = Pick<
  typeof DEVICE_TEXT.en,
  'online' | 'from' | 'lastSeen' | 'left' | 'neverSeen' | 'isSuspended'
>

/** How it stands, in one sentence: online since when, or last seen when and why it left. */
export function DeviceStanding({ device, live, diary, words = read(DEVICE_TEXT) }: DeviceStandingProps) {
  if (device.state === 'suspended') return <Badge tone="warn">{words.isSuspended}</Badge>
  if (live?.connectedAt) {
    return (
      <Badge tone="good">
        <span>
          {words.online} <Moment at={live.connectedAt} /> {words.from} <code>{live.address}</code>
        </span>
      </Badge>
    )
  }
  const last = diary.find(({ event }) => event === 'disconnected' || event === 'connected' || event === 'seen')
  if (!last) return <Badge tone="off">{words.neverSeen}</Badge>
  return (
    <Badge tone="off">
      <span>
        {words.lastSeen} <Moment at={last.at} />. {last.reason && `${words.left} ${tellLeaving(last.reason)}.`}
      </span>
    </Badge>
  )
}
