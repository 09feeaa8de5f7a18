import type { StoredSession } from '../../broker/delivery/ports.ts'
import type { Identity } from '../../registry/identity.ts'
import type { Database } from '../database.ts'

interface Row {
  readonly sid: number
  readonly client_id: string
  readonly owner_kind: Identity['kind'] | null
  readonly owner_id: string | null
  readonly last_sent: number | null
}

export type SessionStore = ReturnType<typeof createSessionStore>

/** Sessions that outlive their connections; every write belongs into a turn. */
export function createSessionStore({ sqlite }: Database) {
  const selectAll = sqlite.prepare<[], Row>('select * from sessions')
  const selectOne = sqlite.prepare<[string], Row>('select * from sessions where client_id = ?')
  const insert = sqlite.prepare<[string, string | null, string | null, number], Row>(
    'insert into sessions (client_id, owner_kind, owner_id, disconnected_at) values (?, ?, ?, ?) returning *',
  )
  const markConnected = sqlite.prepare('update sessions set disconnected_at = null, last_sent = null where sid = ?')
  const markDisconnected = sqlite.prepare('update sessions set disconnected_at = ?, last_sent = ? where sid = ?')
  const markAbandoned = sqlite.prepare('update sessions set disconnected_at = ? where disconnected_at is null')
  const selectDisconnectedAt = sqlite
    .prepare<[number], number | null>('select disconnected_at from sessions where sid = ?')
    .pluck()
  const selectExpired = sqlite
    .prepare<[number], string>('select client_id from sessions where disconnected_at < ?')
    .pluck()
  const remove = sqlite.prepare('delete from sessions where sid = ?')
  const removeIncoming = sqlite.prepare('delete from incoming where sid = ?')
  const removeSubscriptions = sqlite.prepare('delete from subscriptions where sid = ?')

  return {
    list: (): readonly StoredSession[] => selectAll.all().map(readSession),
    find(clientId: string): StoredSession | undefined {
      const row = selectOne.get(clientId)
      return row && readSession(row)
    },
    insert(clientId: string, owner: Pick<Identity, 'kind' | 'id'> | undefined, at: Date): StoredSession {
      const row = insert.get(clientId, owner?.kind ?? null, owner?.id ?? null, at.getTime())
      if (!row) throw new Error(`Session ${clientId} was not stored`)
      return readSession(row)
    },
    markConnected: (sid: number): void => void markConnected.run(sid),
    markDisconnected: (sid: number, at: Date, lastSent: number): void =>
      void markDisconnected.run(at.getTime(), lastSent, sid),
    /** Those that were connected when the process ended: nobody has told when they left. */
    markAbandoned: (at: Date): void => void markAbandoned.run(at.getTime()),
    disconnectedAt(sid: number): Date | undefined {
      const at = selectDisconnectedAt.get(sid)
      return at == null ? undefined : new Date(at)
    },
    clientIdsExpired: (before: Date): readonly string[] => selectExpired.all(before.getTime()),
    /** Its queue is removed by the queue store, which knows its range. */
    remove(sid: number): void {
      removeIncoming.run(sid)
      removeSubscriptions.run(sid)
      remove.run(sid)
    },
  }
}

function readSession(row: Row): StoredSession {
  const { sid, client_id: clientId, owner_kind: kind, owner_id: id, last_sent: lastSent } = row
  const owner = kind === null || id === null ? undefined : { kind, id }
  return { sid, clientId, owner, lastSent: lastSent ?? undefined }
}
