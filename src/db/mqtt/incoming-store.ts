import type { Database } from '../database.ts'
import { readMore, type StoredPacket, writeMore } from './packet-row.ts'

interface Row {
  readonly topic: string
  readonly payload: Buffer
  readonly more: string | null
}

const COLUMNS: ReadonlySet<string> = new Set(['topic', 'payload', 'length'])

export type IncomingStore = ReturnType<typeof createIncomingStore>

/** [MQTT-4.3.3-2]: the packet identifiers a session holds until their PUBREL; every write belongs into a turn. */
export function createIncomingStore({ sqlite }: Database) {
  const selectIds = sqlite.prepare<[number], number>('select message_id from incoming where sid = ?').pluck()
  const selectOne = sqlite.prepare<[number, number], Row>('select * from incoming where sid = ? and message_id = ?')
  const upsert = sqlite.prepare(
    'insert or replace into incoming (sid, message_id, topic, payload, more) values (?, ?, ?, ?, ?)',
  )
  const remove = sqlite.prepare('delete from incoming where sid = ? and message_id = ?')
  const removeAll = sqlite.prepare('delete from incoming where sid = ?')

  return {
    idsOf: (sid: number): readonly number[] => selectIds.all(sid),
    add: (sid: number, messageId: number): void => void upsert.run(sid, messageId, null, null, null),
    remove: (sid: number, messageId: number): void => void remove.run(sid, messageId),
    clear: (sid: number): void => void removeAll.run(sid),
    /** Aedes' own interface keeps the whole packet. */
    save: (sid: number, messageId: number, packet: StoredPacket): void =>
      void upsert.run(sid, messageId, packet.topic, packet.payload, writeMore(packet, COLUMNS)),
    find(sid: number, messageId: number): StoredPacket | undefined {
      const row = selectOne.get(sid, messageId)
      if (!row) return undefined
      const { topic, payload, more } = row
      return { topic, payload, qos: 2, ...readMore(more), messageId }
    },
  }
}
