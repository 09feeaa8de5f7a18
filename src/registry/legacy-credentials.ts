import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { CutReason } from '../end-reason.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import type { Devices } from './devices.ts'
import { hashName, type LegacyCredential, legacyName, type PasswordHash } from './legacy-credential.ts'
import type { Cutter, LegacyCredentialStore } from './ports.ts'

export interface LegacyRequest {
  /** None: the device's id. */
  readonly userName?: string
  readonly hash: PasswordHash
  readonly endsAt: Date
}

export interface LegacyCredentials {
  find(deviceId: string): LegacyCredential | undefined
  /** Resolves after the sessions of what it replaces are closed; throws `device_not_found`, `user_name_taken` or `bad_request`. */
  put(deviceId: string, request: LegacyRequest): Promise<LegacyCredential>
  /** The same in the transaction it stands in. */
  amend(deviceId: string, request: LegacyRequest): LegacyAmendment
  /** Resolves after its sessions are closed; nothing to remove is no fault. */
  remove(deviceId: string): Promise<void>
  /** The same in the transaction it stands in; what it returns is to be called after the commit, in the same tick. */
  discard(deviceId: string): () => Promise<void>
  /** Throws `bad_request` unless it lies ahead, within a year. */
  requireEnd(endsAt: Date): void
  /** Tells of those that end within 30 days, once a day. */
  warn(): Promise<void>
}

export interface LegacyAmendment {
  /** The one before, if nothing of it is changed. */
  readonly credential: LegacyCredential
  readonly before: LegacyCredential | undefined
  /** Closes the sessions of what it replaces; to be called after the commit, in the same tick. */
  readonly end: () => Promise<void>
}

export interface LegacyCredentialsOptions {
  readonly legacy: LegacyCredentialStore
  readonly devices: Pick<Devices, 'get'>
  readonly cutter: Pick<Cutter, 'cutCredentials'>
  readonly events: EventFeed
  /** Told to an operator: how many, and which end first. */
  readonly onExpiring: (expiring: readonly LegacyCredential[]) => void
  readonly clock: Clock
}

const DAY_MS = 86_400_000
const LONGEST_MS = 366 * DAY_MS
const WARNING_MS = 30 * DAY_MS
// A fleet's passwords end together.
const TOLD_AT_ONCE = 200

export function createLegacyCredentials(options: LegacyCredentialsOptions): LegacyCredentials {
  const { legacy, devices, cutter, events, onExpiring, clock } = options
  let nextWarning = 0

  return {
    find: (deviceId) => legacy.find(deviceId),
    async put(deviceId, request) {
      const { credential, end } = amend(deviceId, request)
      await end()
      return credential
    },
    amend,
    remove: async (deviceId) => discard(deviceId)(),
    discard,
    requireEnd,
    async warn() {
      const now = clock()
      if (now.getTime() < nextWarning) return
      nextWarning = now.getTime() + DAY_MS
      const expiring = legacy.listEnding(now, new Date(now.getTime() + WARNING_MS))
      if (expiring.length > 0) onExpiring(expiring)
      for (const [index, { deviceId, endsAt }] of expiring.entries()) {
        if (index > 0 && index % TOLD_AT_ONCE === 0) await nextTurn()
        events.publish('credential.expiring', { kind: 'device', id: deviceId, endsAt: endsAt.toISOString() })
      }
    },
  }

  function amend(deviceId: string, { userName = deviceId, hash, endsAt }: LegacyRequest): LegacyAmendment {
    devices.get(deviceId)
    requireEnd(endsAt)
    const holder = legacy.findByUserName(userName)
    if (holder && holder.deviceId !== deviceId) {
      throw new DomainError('user_name_taken', `User name ${userName} belongs to device ${holder.deviceId}`)
    }
    const before = legacy.find(deviceId)
    const after: LegacyCredential = { deviceId, userName, hash, endsAt, createdAt: clock() }
    if (before && isSame(before, after)) return { credential: before, before, end: async () => undefined }
    legacy.save(after)
    return {
      credential: after,
      before,
      end: async () => (before ? cut(deviceId, 'legacy password replaced') : undefined),
    }
  }

  function discard(deviceId: string): () => Promise<void> {
    devices.get(deviceId)
    legacy.delete(deviceId)
    return () => cut(deviceId, 'legacy password removed')
  }

  // In the tick of the write: no connection can be admitted in between.
  function cut(deviceId: string, reason: CutReason): Promise<void> {
    return cutter.cutCredentials([legacyName(deviceId)], reason)
  }

  function requireEnd(endsAt: Date): void {
    const now = clock().getTime()
    if (endsAt.getTime() > now && endsAt.getTime() <= now + LONGEST_MS) return
    throw new DomainError(
      'bad_request',
      `A legacy password ends within a year: ${endsAt.toISOString()} is ${endsAt.getTime() > now ? 'later' : 'past'}`,
    )
  }
}

function isSame(one: LegacyCredential, other: LegacyCredential): boolean {
  return (
    one.userName === other.userName &&
    one.endsAt.getTime() === other.endsAt.getTime() &&
    hashName(one) === hashName(other)
  )
}
