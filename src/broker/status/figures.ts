import type { Delivery } from '../delivery/delivery.ts'
import { LOSS_REASONS } from '../delivery/losses.ts'
import type { StoredMeasure } from '../delivery/sessions.ts'
import type { CountByQoS, Traffic, TrafficCounts } from '../traffic.ts'

/** What has passed, and what has not, since the start. */
export interface Flow extends TrafficCounts {
  /** Messages that a bound or a policy kept from somebody they matched. */
  readonly messagesDropped: number
}

/** What there is at this moment as well. */
export interface Figures extends Flow {
  readonly sessionsStored: number
  /** Stored ones without a connection. */
  readonly sessionsAway: number
  readonly sessionsExpired: number
  readonly subscriptions: number
  readonly retainedMessages: number
  /** Topics and payloads. */
  readonly retainedBytes: number
  /** What waits for stored sessions. */
  readonly queuedMessages: number
  readonly queuedBytes: number
}

export type FigureSources = Pick<Delivery, 'sessions' | 'router' | 'retained' | 'losses'> & {
  readonly traffic: Traffic
}

/** Reads no store. */
export function readFlow({ traffic, losses }: Pick<FigureSources, 'traffic' | 'losses'>): Flow {
  return { ...traffic.read(), messagesDropped: LOSS_REASONS.reduce((sum, reason) => sum + losses.of(reason), 0) }
}

/** With what was counted of stored sessions, which takes many turns of the event loop. */
export function readFigures(sources: FigureSources, stored: StoredMeasure): Figures {
  const { sessions, router, retained } = sources
  const kept = retained.measure()
  return {
    ...readFlow(sources),
    sessionsStored: stored.sessions,
    sessionsAway: stored.away,
    sessionsExpired: sessions.expired,
    subscriptions: router.size,
    retainedMessages: kept.messages,
    retainedBytes: kept.bytes,
    queuedMessages: stored.messages,
    queuedBytes: stored.bytes,
  }
}

export function sumOf([atMostOnce, atLeastOnce, exactlyOnce]: CountByQoS): number {
  return atMostOnce + atLeastOnce + exactlyOnce
}
