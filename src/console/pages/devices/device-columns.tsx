import type { DeviceRowAnswer } from '../../hub/answers.ts'
import { read, type Texts } from '../../language.ts'
import { Badge } from '../../parts/badge.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { Moment, now } from '../../parts/moment.tsx'
import type { Column } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
import { DEVICES_TEXT } from './devices-text.ts'

type Words = typeof DEVICES_TEXT extends Texts<infer T> ? T : never

const WARN_MS = 30 * 86_400_000

export function deviceColumns(words: Words): readonly Column<DeviceRowAnswer>[] {
  return [
    {
      id: 'id',
      title: words.id,
      isSortable: true,
      draw: ({ deviceId }) => <IdLink section="devices" id={deviceId} />,
    },
    {
      id: 'user',
      title: words.user,
      isSortable: true,
      draw: ({ userId }) => <a href={formatRoute(['devices'], { userId })}>{userId}</a>,
    },
    { id: 'state', title: words.state, isSortable: true, draw: (row) => <DeviceState device={row} /> },
    {
      id: 'lastSeen',
      title: words.lastSeen,
      isSortable: true,
      draw: ({ lastSeenAt }) => (lastSeenAt === null ? words.never : <Moment at={lastSeenAt} />),
    },
    { id: 'address', title: words.address, draw: ({ address }) => address && <code>{address}</code> },
    {
      id: 'certificateEnds',
      title: words.certificateEnds,
      isSortable: true,
      draw: ({ certificateEnds }) => <CertificateEnd at={certificateEnds} />,
    },
  ]
}

/** Online, offline or suspended, in a word with its colour. */
export function DeviceState({ device }: { readonly device: Pick<DeviceRowAnswer, 'state' | 'connected'> }) {
  const words = read(DEVICES_TEXT)
  if (device.state === 'suspended') return <Badge tone="warn">{words.stateSuspended}</Badge>
  return device.connected ? (
    <Badge tone="good">{words.stateOnline}</Badge>
  ) : (
    <Badge tone="off">{words.stateOffline}</Badge>
  )
}

function CertificateEnd({ at }: { readonly at: string | null }) {
  if (at === null) return <Badge tone="off">{read(DEVICES_TEXT).noCertificate}</Badge>
  const left = Date.parse(at) - now.value.getTime()
  if (left > WARN_MS) return <Moment at={at} far="days" />
  return (
    <Badge tone={left > 0 ? 'warn' : 'bad'}>
      <Moment at={at} far="days" />
    </Badge>
  )
}
