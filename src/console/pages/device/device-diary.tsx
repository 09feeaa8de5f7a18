import { tellMend } from '../../codes/refusal-words.ts'
import type { DiaryEntryAnswer } from '../../hub/answers.ts'
import { read } from '../../language.ts'
import { Moment } from '../../parts/moment.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { DEVICE_TEXT } from './device-text.ts'
import { tellDetail } from './diary-detail.ts'

/** Its story: who came, who was refused and why, what was issued; newest first. */
export function DeviceDiary({ entries }: { readonly entries: readonly DiaryEntryAnswer[] }) {
  const words = read(DEVICE_TEXT)
  // A newer hub may tell of what this console has no word for.
  const names: Readonly<Record<string, string>> = words.events
  const columns: readonly Column<DiaryEntryAnswer>[] = [
    { id: 'event', title: words.event, draw: ({ event }) => <strong>{names[event] ?? event}</strong> },
    { id: 'at', title: words.at, draw: ({ at }) => <Moment at={at} /> },
    { id: 'address', title: words.address, draw: ({ address }) => address && <code>{address}</code> },
    { id: 'detail', title: words.detail, draw: tellDetail },
    {
      id: 'mend',
      title: words.mend,
      isRest: true,
      isProse: true,
      draw: ({ refusal }) => refusal && tellMend(refusal),
    },
  ]
  return (
    <Table
      label={words.diary}
      columns={columns}
      rows={entries}
      keyOf={({ at, event, clientId, fingerprint, refusal }) =>
        [at, event, clientId, fingerprint, refusal?.cause].join(' ')
      }
      empty={words.diaryEmpty}
    />
  )
}
