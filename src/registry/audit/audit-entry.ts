import { hash } from 'node:crypto'

/** The actor of what the hub does by itself. */
export const HUB = 'hub'

/** What somebody did, or tried to, and what came of it. */
export interface AuditAct {
  /** `token:ID`, `administrator:NAME`, `device:ID`, `local` (the socket of this machine) or `hub` (by itself). */
  readonly actor: string
  /** None of a device and of the hub. */
  readonly role: string | undefined
  /** As `device.revoke`. */
  readonly action: string
  /** On what: an id, or several that lead to it. */
  readonly object: string
  readonly surface: string
  readonly address: string
  /** `done`, or the code of the problem. */
  readonly result: string
  readonly requestId: string | undefined
}

export interface AuditEntry extends AuditAct {
  /** From 1 on, without a gap. */
  readonly number: number
  readonly at: Date
  /** SHA-256 of the entry before, in hex; empty of the first one ever. */
  readonly previousHash: string
  /** SHA-256 over all of the above, in hex. */
  readonly hash: string
}

/** What the hub calls it when it forgets the oldest entries. */
const FORGET = 'audit.forget'

/** What the hub does by itself and nobody's call explains. */
export interface HubAct {
  readonly action:
    | typeof FORGET
    | 'backup'
    | 'certificate.overlap.end'
    | 'compromise.revoke'
    | 'compromise.suspend'
    | 'rotation.deadline'
    | 'server.renew'
  readonly object: string
}

/** Told before they are deleted, for the chain to show that it was retention: entries up to this number. */
export function describeForgotten(number: number): HubAct {
  return { action: FORGET, object: String(number) }
}

/** Up to which number they were forgotten, of an entry that tells of it; 0 of every other. */
export function forgottenBy({ actor, action, object }: AuditEntry): number {
  return actor === HUB && action === FORGET ? Number(object) : 0
}

/** Chained to the entry before: whoever changes, inserts or removes one breaks every hash that follows. */
export function chainEntry(act: AuditAct, number: number, at: Date, previousHash: string): AuditEntry {
  const entry = { ...act, number, at, previousHash }
  return { ...entry, hash: hashOf(entry) }
}

/** SHA-256 over the JSON array of number, time (RFC 3339), actor, role, action, object, surface, address, result, request id and previous hash. */
export function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  const { number, at, actor, role, action, object, surface, address, result, requestId, previousHash } = entry
  const fields = [number, at.toISOString(), actor, role, action, object, surface, address, result, requestId]
  return hash('sha256', JSON.stringify([...fields.map((field) => field ?? null), previousHash]), 'hex')
}
