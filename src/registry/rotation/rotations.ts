import { randomUUID, X509Certificate } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { EventFeed } from '../../events.ts'
import type { Page, PageRequest } from '../page.ts'
import { gather } from './gathering.ts'
import type { Fleet, RotationStore } from './ports.ts'
import type { MemberState, Rotation, RotationFilter, RotationMember, RotationState } from './rotation.ts'

export interface RotationRequest {
  readonly filter: RotationFilter
  readonly perMinute: number
  readonly deadline?: Date
}

/** How many devices have come how far. */
export type RotationProgress = Readonly<Record<MemberState, number>>

export interface MemberRequest extends PageRequest {
  readonly state?: MemberState
}

/** Campaigns in which a fleet renews its certificates before their time. */
export interface Rotations {
  /**
   * Resolves once every device was looked at; throws `bad_request` for a filter or deadline that cannot be meant,
   * `certificate_not_found` for a device that has none to renew.
   */
  start(request: RotationRequest): Promise<Rotation>
  /** Goes on with those that an end of the process has interrupted. */
  resumeGathering(): Promise<void>
  /** Newest first. */
  list(): readonly Rotation[]
  /** Throws `rotation_not_found`. */
  get(id: string): Rotation
  /** Counted page by page: nobody waits for a large fleet. */
  progressOf(id: string): Promise<RotationProgress>
  membersOf(id: string, request: MemberRequest): Promise<Page<RotationMember>>
  /** Throws `rotation_ended` once it is over. */
  setState(id: string, state: Exclude<RotationState, 'finished'>): Rotation
}

export interface RotationsOptions {
  readonly store: RotationStore
  readonly fleet: Pick<Fleet, 'listDevices' | 'certificatesOf'>
  readonly events: EventFeed
  readonly clock: Clock
  /** Ends what goes on in the background. */
  readonly signal: AbortSignal
}

// Each takes some 200 us where its certificate must be read, and others wait meanwhile.
const GATHERED_AT_ONCE = 25
const COUNTED_AT_ONCE = 1000

export function createRotations({ store, fleet, events, clock, signal }: RotationsOptions): Rotations {
  return {
    async start({ filter, perMinute, deadline }) {
      const now = clock()
      requireMeant(filter, deadline, now)
      requireRenewable(filter, now)
      const rotation = { id: randomUUID(), filter, perMinute, deadline, createdAt: now, gatheredTo: '' }
      store.insert({ ...rotation, state: 'running' })
      events.publish('rotation.changed', { id: rotation.id, state: 'running' })
      await gatherAll(rotation.id)
      return get(rotation.id)
    },
    async resumeGathering() {
      const interrupted = store.list().filter(({ gatheredTo }) => gatheredTo !== undefined)
      for (const { id } of interrupted) await gatherAll(id)
    },
    list: () => store.list(),
    get,
    async progressOf(id) {
      const counts = { waiting: 0, told: 0, renewed: 0, connected: 0, late: 0 }
      for await (const page of pagesOf(get(id))) for (const { state } of page) counts[state]++
      return counts
    },
    async membersOf(id, { state, after, limit }) {
      const found: RotationMember[] = []
      for await (const page of pagesOf(get(id), after)) {
        found.push(...page.filter((member) => state === undefined || member.state === state))
        if (found.length > limit) break
      }
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return found.length > limit && last ? { items, nextCursor: last.deviceId } : { items }
    },
    setState(id, state) {
      const { state: before } = get(id)
      if (before === 'cancelled' || before === 'finished') {
        throw new DomainError('rotation_ended', `Rotation ${id} is ${before}: start another`)
      }
      store.setState(id, state)
      if (state !== before) events.publish('rotation.changed', { id, state })
      return get(id)
    },
  }

  function get(id: string): Rotation {
    const rotation = store.find(id)
    if (!rotation) throw new DomainError('rotation_not_found', `No rotation has the id ${JSON.stringify(id)}`)
    return rotation
  }

  function requireRenewable(filter: RotationFilter, createdAt: Date): void {
    const { deviceId } = filter
    if (deviceId === undefined) return
    const { members } = gather({ filter, createdAt, gatheredTo: '' }, fleet, 1)
    if (members.length > 0) return
    throw new DomainError(
      'certificate_not_found',
      `Device ${deviceId} has no certificate to renew that fits all of this`,
    )
  }

  async function gatherAll(id: string): Promise<void> {
    for (;;) {
      const rotation = get(id)
      if (rotation.gatheredTo === undefined || rotation.state === 'cancelled' || signal.aborted) return
      const { members, gatheredTo } = gather(rotation, fleet, GATHERED_AT_ONCE)
      store.addMembers(id, members, gatheredTo)
      await nextTurn()
    }
  }

  async function* pagesOf(rotation: Rotation, from?: string): AsyncGenerator<readonly RotationMember[]> {
    let after = from
    do {
      const request = after === undefined ? { limit: COUNTED_AT_ONCE } : { limit: COUNTED_AT_ONCE, after }
      const { items, nextCursor } = store.listMembers(rotation, request, clock())
      yield items
      after = nextCursor
      await nextTurn()
    } while (after !== undefined && !signal.aborted)
  }
}

function requireMeant({ issuedBy }: RotationFilter, deadline: Date | undefined, now: Date): void {
  if (deadline && deadline <= now) {
    throw new DomainError(
      'bad_request',
      `The deadline ${deadline.toISOString()} is past: the whole fleet would be late`,
    )
  }
  if (issuedBy === undefined) return
  try {
    new X509Certificate(issuedBy)
  } catch (cause) {
    throw new DomainError('bad_request', 'issuedBy is the certificate of a CA, as PEM', { cause })
  }
}
