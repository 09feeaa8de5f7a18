import type { QoS } from '../../broker/delivery/message.ts'
import { matches } from '../../topic.ts'
import type { Database } from '../database.ts'
import { readMore, type StoredPacket, writeMore } from './packet-row.ts'

interface Row {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: QoS
  readonly more: string | null
}

// So many rows are read at a time: others have their turn between two pages.
const PAGE = 64
const LAST_CHARACTER = '\u{10FFFF}'

export type RetainedStore = ReturnType<typeof createRetainedStore>

/** The last retained message of each topic; every write belongs into a turn. */
export function createRetainedStore({ sqlite }: Database) {
  const upsert = sqlite.prepare('insert or replace into retained (topic, payload, qos, more) values (?, ?, ?, ?)')
  const remove = sqlite.prepare('delete from retained where topic = ?')
  const selectOne = sqlite.prepare<[string], Row>('select * from retained where topic = ?')
  const selectPage = sqlite.prepare<[string, string, number], Row>(
    'select * from retained where topic > ? and topic < ? order by topic limit ?',
  )
  const measure = sqlite.prepare<[], { messages: number; bytes: number }>(
    'select count(*) as messages, coalesce(sum(length(topic) + length(payload)), 0) as bytes from retained',
  )

  return {
    save: (packet: StoredPacket): void => void upsert.run(packet.topic, packet.payload, packet.qos, writeMore(packet)),
    remove: (topic: string): void => void remove.run(topic),
    sizeOf(topic: string): number | undefined {
      const row = selectOne.get(topic)
      return row && row.topic.length + row.payload.length
    },
    measure: (): { readonly messages: number; readonly bytes: number } => measure.get() ?? { messages: 0, bytes: 0 },
    find,
  }

  /** Those a filter matches, in the order of their topics: by look-up where it has no wildcard, else within its literal prefix. */
  function* find(topicFilter: string): Generator<StoredPacket> {
    const wildcard = topicFilter.search(/[+#]/)
    if (wildcard === -1) {
      const row = selectOne.get(topicFilter)
      if (row) yield readPacket(row)
      return
    }
    const prefix = topicFilter.slice(0, wildcard).replace(/\/$/, '')
    // MQTT 3.1.1 §4.7.1.2: "a/#" also matches "a"
    const exact = selectOne.get(prefix)
    if (exact && matches(topicFilter, prefix)) yield readPacket(exact)
    for (let after = prefix; ; ) {
      const rows = selectPage.all(after, prefix + LAST_CHARACTER, PAGE)
      for (const row of rows) if (matches(topicFilter, row.topic)) yield readPacket(row)
      const last = rows.at(-1)
      if (rows.length < PAGE || !last) return
      after = last.topic
    }
  }
}

function readPacket({ topic, payload, qos, more }: Row): StoredPacket {
  return { topic, payload, qos, ...readMore(more) }
}
