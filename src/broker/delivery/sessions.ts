import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import type { Identity } from '../../registry/identity.ts'
import type { Traffic } from '../traffic.ts'
import { type IncomingIds, StoredIds, TransientIds } from './incoming-ids.ts'
import type { Losses } from './losses.ts'
import { MemoryQueue } from './memory-queue.ts'
import type { QoS } from './message.ts'
import type { DeliveryStores, StoredSession } from './ports.ts'
import type { QueueLimits } from './queue-bounds.ts'
import type { Router } from './router.ts'
import { type Link, Session } from './session.ts'
import { StoreFull } from './store-full.ts'
import type { Turn } from './turn.ts'

type Owner = Pick<Identity, 'kind' | 'id'>

/** Whose each stored client id is; kept beside the sessions, and told of every change. */
export interface Owners {
  keep(clientId: string, owner: Owner): void
  drop(clientId: string): void
}

export interface SessionsOptions {
  readonly stores: DeliveryStores
  readonly router: Router<Session>
  readonly owners: Owners
  readonly turn: Turn
  readonly losses: Losses
  readonly traffic: Pick<Traffic, 'countPublishSent'>
  readonly window: number
  readonly limits: QueueLimits
  readonly clock: Clock
}

export interface Opened {
  readonly session: Session
  readonly incoming: IncomingIds
  /** [MQTT-3.2.2-2]: whether it was there before. */
  readonly isPresent: boolean
  /** Whether the turn must be settled before the client is told. */
  readonly waits: boolean
}

export interface StoredMeasure {
  readonly sessions: number
  readonly away: number
  readonly messages: number
  readonly bytes: number
}

const NOTHING: StoredMeasure = { sessions: 0, away: 0, messages: 0, bytes: 0 }
// SQLite counts so many empty queues in half a millisecond, and the others are added up in less.
const UNKNOWN_A_TURN = 100
const KNOWN_A_TURN = 2500

/** Every session there is: those that are stored, and those of clean connections. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #stored = new Map<string, Session>()
  #expired = 0
  #isCounted = false

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#load()
  }

  /** How many stored ones were ended because their clients stayed away. */
  get expired(): number {
    return this.#expired
  }

  /** The stored one. */
  find(clientId: string): Session | undefined {
    return this.#stored.get(clientId)
  }

  /** When its client left; none while it is connected. */
  disconnectedAt({ sid }: Session): Date | undefined {
    return sid === undefined ? undefined : this.#options.stores.sessions.disconnectedAt(sid)
  }

  /**
   * How many are stored, how many of those have no connection, and what waits for them; a part of them a turn of the event
   * loop: of the process before, the store is asked for each.
   */
  async count(): Promise<StoredMeasure> {
    const sum = { ...NOTHING }
    const atOnce = this.#isCounted ? KNOWN_A_TURN : UNKNOWN_A_TURN
    for (const session of this.#stored.values()) {
      if (sum.sessions > 0 && sum.sessions % atOnce === 0) await nextTurn()
      addTo(sum, session)
    }
    this.#isCounted = true
    return sum
  }

  /** Clean session 0: the stored one of this client id, or a new one that is stored; throws when it cannot be. */
  openStored(clientId: string, owner: Owner): Opened {
    const { stores, owners, clock } = this.#options
    const known = this.#stored.get(clientId)
    if (known?.sid !== undefined)
      return { session: known, incoming: this.#idsOf(known.sid), isPresent: true, waits: false }
    if (stores.room.isFull) throw new StoreFull()
    const at = clock()
    const row = stores.journal.write(() => stores.sessions.insert(clientId, owner, at))
    const session = this.#create({ ...row, lastSent: 0 }, true)
    owners.keep(clientId, owner)
    this.#forgetIfLost(session)
    return { session, incoming: this.#idsOf(row.sid), isPresent: false, waits: true }
  }

  /** Clean session 1: what was stored ends, and what begins ends with its connection ([MQTT-3.1.2-6]). */
  openClean(clientId: string): Opened {
    const waits = this.drop(clientId)
    const session = new Session({ ...this.#options, clientId, queue: new MemoryQueue(), lastSent: 0 })
    return { session, incoming: new TransientIds(), isPresent: false, waits }
  }

  attach(session: Session, link: Link): void {
    const { sid } = session
    session.attach(link)
    if (sid === undefined) return
    const { journal, sessions } = this.#options.stores
    journal.writeSurely(() => sessions.markConnected(sid))
  }

  detach(session: Session, link: Link): void {
    if (!session.detach(link)) return
    const { sid, lastSent } = session
    if (sid === undefined) {
      for (const topicFilter of session.topicFilters.keys()) this.#options.router.remove(topicFilter, session)
      session.topicFilters.clear()
      return
    }
    const { journal, sessions } = this.#options.stores
    const at = this.#options.clock()
    journal.writeSurely(() => sessions.markDisconnected(sid, at, lastSent))
  }

  subscribe(session: Session, topicFilter: string, qos: QoS): void {
    const { stores, router } = this.#options
    const { sid } = session
    if (sid !== undefined) stores.journal.write(() => stores.subscriptions.save(sid, { topic: topicFilter, qos }))
    session.topicFilters.set(topicFilter, qos)
    router.add(topicFilter, session, qos)
  }

  unsubscribe(session: Session, topicFilter: string): void {
    const { stores, router } = this.#options
    const { sid } = session
    if (sid !== undefined) stores.journal.writeSurely(() => stores.subscriptions.remove(sid, topicFilter))
    session.topicFilters.delete(topicFilter)
    router.remove(topicFilter, session)
  }

  /** Ends a stored session with all that was kept for it; whether there was one. */
  drop(clientId: string): boolean {
    const session = this.#stored.get(clientId)
    if (session?.sid === undefined) return false
    const { sid } = session
    const { journal, sessions, queues } = this.#options.stores
    this.#forget(session)
    session.end()
    journal.writeSurely(() => {
      queues.drop(sid)
      sessions.remove(sid)
    })
    return true
  }

  dropExpired(before: Date): void {
    const { stores, losses } = this.#options
    for (const clientId of stores.sessions.clientIdsExpired(before)) {
      const waiting = this.#stored.get(clientId)?.measure().messages ?? 0
      if (waiting > 0) losses.count('session_expiry', clientId, waiting)
      if (this.drop(clientId)) this.#expired++
    }
  }

  #load(): void {
    const { stores, owners, router, clock } = this.#options
    const { journal, sessions, subscriptions } = stores
    const bySid = new Map<number, Session>()
    for (const stored of sessions.list()) {
      bySid.set(stored.sid, this.#create(stored, false))
      if (stored.owner) owners.keep(stored.clientId, stored.owner)
    }
    for (const { sid, topicFilter, qos } of subscriptions.list()) {
      const session = bySid.get(sid)
      session?.topicFilters.set(topicFilter, qos)
      if (session) router.add(topicFilter, session, qos)
    }
    const now = clock()
    journal.writeSurely(() => sessions.markAbandoned(now))
  }

  #create({ sid, clientId, lastSent }: StoredSession, isEmpty: boolean): Session {
    const { queues, journal } = this.#options.stores
    const queue = queues.open(sid, journal)
    const session = new Session({ ...this.#options, clientId, sid, queue, isEmpty, lastSent })
    this.#stored.set(clientId, session)
    return session
  }

  #idsOf(sid: number): IncomingIds {
    const { incoming, journal } = this.#options.stores
    return new StoredIds(sid, incoming, journal)
  }

  #forgetIfLost(session: Session): void {
    this.#options.turn.settled((error) => {
      if (error) this.#forget(session)
    })
  }

  #forget(session: Session): void {
    if (this.#stored.get(session.clientId) !== session) return
    this.#stored.delete(session.clientId)
    this.#options.owners.drop(session.clientId)
    for (const topicFilter of session.topicFilters.keys()) this.#options.router.remove(topicFilter, session)
  }
}

function addTo(sum: { -readonly [Name in keyof StoredMeasure]: number }, session: Session): void {
  const { messages, bytes } = session.measure()
  sum.sessions++
  sum.messages += messages
  sum.bytes += bytes
  if (!session.isConnected) sum.away++
}
