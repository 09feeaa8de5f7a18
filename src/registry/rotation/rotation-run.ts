import type { Clock } from '../../clock.ts'
import type { EventFeed } from '../../events.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { Page } from '../page.ts'
import type { Revocations } from '../revocations.ts'
import type { DeviceLine, Fleet, RotationStore } from './ports.ts'
import type { Rotation, RotationMember } from './rotation.ts'

export interface RotationRunOptions {
  readonly store: RotationStore
  readonly fleet: Pick<Fleet, 'certificatesOf'>
  readonly line: DeviceLine
  readonly revocations: Pick<Revocations, 'mark'>
  readonly audit: Pick<AuditTrail, 'byItself'>
  readonly events: EventFeed
  readonly clock: Clock
}

const MINUTE_MS = 60_000
/** Of a fleet of any size, so many are looked at in a turn. */
const PAGE = 500
/** To revoke costs more than to look. */
const RETIRED_AT_ONCE = 100

/** Where a rotation stands between two turns; nothing of it need survive the process. */
interface Round {
  cursor: string | undefined
  /** Whether a device was seen in this round that has not finished. */
  isOpen: boolean
  /** Whether the deadline has passed: that round begins with the first device. */
  isOver: boolean
  /** Whether the audit says that the deadline has ended certificates; once is enough for all of them. */
  isAudited: boolean
  /** How many devices may be told now, and since when that is counted. */
  allowance: number
  countedAt: number
}

/** Drives the rotations that are running: tells devices at their pace, and ends what the deadline ends. */
export class RotationRun {
  readonly #options: RotationRunOptions
  readonly #rounds = new Map<string, Round>()

  constructor(options: RotationRunOptions) {
    this.#options = options
  }

  /** To be called about once a second; resolves when what it tells is kept, and what it ends is closed. */
  async turn(): Promise<void> {
    const now = this.#options.clock()
    const running = this.#options.store.list().filter(({ state }) => state === 'running')
    for (const id of this.#rounds.keys()) if (!running.some((one) => one.id === id)) this.#rounds.delete(id)
    await Promise.all(running.map((rotation) => this.#advance(rotation, now)))
  }

  async #advance(rotation: Rotation, now: Date): Promise<void> {
    const round = this.#roundOf(rotation, now)
    const { items, nextCursor } = this.#look(rotation, round, now)
    const open = items.filter(({ state }) => state !== 'connected' && state !== 'late')
    round.isOpen ||= open.length > 0
    // Before the first await: a turn that begins meanwhile goes on from here.
    round.cursor = nextCursor
    const work = round.isOver ? this.#retire(rotation, open, round) : this.#tell(rotation, open, round, now)
    if (nextCursor === undefined) this.#endRound(rotation, round)
    await work
  }

  #look(rotation: Rotation, round: Round, now: Date): Page<RotationMember> {
    const isOver = rotation.deadline !== undefined && rotation.deadline <= now
    if (isOver && !round.isOver) round.cursor = undefined
    round.isOver = isOver
    const after = round.cursor === undefined ? {} : { after: round.cursor }
    return this.#options.store.listMembers(rotation, { limit: isOver ? RETIRED_AT_ONCE : PAGE, ...after }, now)
  }

  #endRound({ id, gatheredTo }: Rotation, round: Round): void {
    const isFinished = gatheredTo === undefined && (round.isOver || !round.isOpen)
    round.isOpen = false
    if (!isFinished) return
    this.#options.store.setState(id, 'finished')
    this.#options.events.publish('rotation.changed', { id, state: 'finished' })
  }

  async #tell({ id }: Rotation, open: readonly RotationMember[], round: Round, now: Date): Promise<void> {
    const { store, line } = this.#options
    const payload = Buffer.from(JSON.stringify({ rotation: id }))
    const calls: Promise<string>[] = []
    for (const { deviceId, toldAt } of open) {
      if (round.allowance < 1) break
      const listener = line.listenerOf(deviceId)
      // Who has come back with the older certificate since it was told may have forgotten.
      if (!listener || (toldAt && toldAt >= listener.since)) continue
      round.allowance--
      calls.push(line.tell(listener.topicName, payload).then(() => deviceId))
    }
    const settled = await Promise.allSettled(calls)
    const told = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    if (told.length > 0) store.markTold(id, told, now)
    const failure = settled.find((one) => one.status === 'rejected')
    if (failure) throw failure.reason
  }

  /** In one tick: no connection can be admitted in between. */
  async #retire({ id, createdAt }: Rotation, open: readonly RotationMember[], round: Round): Promise<void> {
    const { fleet, revocations, audit } = this.#options
    const outdated = open.flatMap(({ deviceId }) =>
      fleet
        .certificatesOf(deviceId)
        .filter(({ createdAt: issued, revokedAt }) => issued <= createdAt && revokedAt === undefined),
    )
    const end = (): Promise<void> => revocations.mark(outdated, 'superseded')()
    const ended = round.isAudited ? end() : audit.byItself({ action: 'rotation.deadline', object: id }, end)
    round.isAudited ||= outdated.length > 0
    await ended
  }

  #roundOf({ id, perMinute }: Rotation, now: Date): Round {
    const known = this.#rounds.get(id)
    const begun = { cursor: undefined, isOpen: false, isOver: false, isAudited: false }
    const round = known ?? { ...begun, allowance: 1, countedAt: now.getTime() }
    this.#rounds.set(id, round)
    const earned = ((now.getTime() - round.countedAt) * perMinute) / MINUTE_MS
    // No more than a second's worth is saved up: a fleet that was away is told at the same pace.
    round.allowance = Math.min(round.allowance + Math.max(earned, 0), Math.max(1, perMinute / 60))
    round.countedAt = now.getTime()
    return round
  }
}
