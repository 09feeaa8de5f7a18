import type { QoS } from '../../broker/delivery/message.ts'
import type { Database } from '../database.ts'
import { readMore, type StoredPacket, writeMore } from './packet-row.ts'

export type WillPacket = StoredPacket & { readonly retain: boolean }

export interface StoredWill {
  readonly clientId: string
  /** Name of the credential its client connected with. */
  readonly credential: string | undefined
  readonly packet: WillPacket
}

interface Row {
  readonly client_id: string
  readonly topic: string
  readonly payload: Buffer
  readonly qos: QoS
  readonly retain: number
  readonly fingerprint: string | null
  readonly more: string | null
}

const COLUMNS: ReadonlySet<string> = new Set(['topic', 'payload', 'qos', 'retain'])

export type WillStore = ReturnType<typeof createWillStore>

/** The wills of connected clients; every write belongs into a turn. */
export function createWillStore({ sqlite }: Database) {
  const selectAll = sqlite.prepare<[], Row>('select * from wills')
  const selectOne = sqlite.prepare<[string], Row>('select * from wills where client_id = ?')
  const upsert = sqlite.prepare(
    `insert or replace into wills (client_id, topic, payload, qos, retain, fingerprint, more)
     values (?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = sqlite.prepare('delete from wills where client_id = ?')
  // Most clients come and go without a will: asked in memory.
  const held = new Set(sqlite.prepare<[], string>('select client_id from wills').pluck().all())

  return {
    list: (): readonly StoredWill[] => selectAll.all().map(readWill),
    has: (clientId: string): boolean => held.has(clientId),
    find(clientId: string): StoredWill | undefined {
      const row = selectOne.get(clientId)
      return row && readWill(row)
    },
    save(clientId: string, packet: WillPacket, credential: string | undefined): void {
      const { topic, payload, qos, retain } = packet
      upsert.run(clientId, topic, payload, qos, retain ? 1 : 0, credential ?? null, writeMore(packet, COLUMNS))
      held.add(clientId)
    },
    remove(clientId: string): void {
      remove.run(clientId)
      held.delete(clientId)
    },
  }
}

function readWill({
  client_id: clientId,
  topic,
  payload,
  qos,
  retain,
  fingerprint: credential,
  more,
}: Row): StoredWill {
  const packet = { topic, payload, qos, retain: retain === 1, ...readMore(more) }
  return { clientId, credential: credential ?? undefined, packet }
}
