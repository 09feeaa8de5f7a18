import type { EventFeed } from '../events.ts'
import type { Logger } from '../logger.ts'
import { type LossReason, type OwedLossReason, wasOwed } from './delivery/losses.ts'
import { Notices } from './notices.ts'
import type { ReadingLimit } from './reading-budget.ts'

/** Limits of which somebody is told beside the refusals. */
const REACHED_LIMITS = [
  'bytes_per_second',
  'flapping_connects',
  'messages_per_second',
  'store_bytes',
] as const satisfies readonly (ReadingLimit | 'flapping_connects' | 'store_bytes')[]

export type ReachedLimit = (typeof REACHED_LIMITS)[number]

export interface BoundReportsOptions {
  readonly events: EventFeed
  readonly logger: Logger
}

/** What an operator hears of bounds that were met: one event and one line of the log a minute for each and whom it met. */
export class BoundReports {
  readonly #losses: Notices<OwedLossReason>
  readonly #limits: Notices<ReachedLimit>
  // The entries are those of the list: TypeScript forgets that.
  readonly #totals = Object.fromEntries(REACHED_LIMITS.map((limit) => [limit, 0])) as Record<ReachedLimit, number>

  constructor({ events, logger }: BoundReportsOptions) {
    this.#losses = new Notices((reason, clientId, count) => {
      logger.warn({ component: 'broker', reason, clientId, count }, 'Messages were lost to a bound')
      events.publish('message.dropped', { reason, clientId, count })
    })
    this.#limits = new Notices((limit, subject, count) => {
      logger.warn({ component: 'broker', limit: `limits.${limit}`, subject, count }, 'A limit was reached')
      events.publish('limit.reached', { limit, subject, count })
    })
  }

  lost(reason: LossReason, clientId: string, messages: number): void {
    if (wasOwed(reason)) this.#losses.note(reason, clientId, messages)
  }

  reached(limit: ReachedLimit, subject: string): void {
    this.#totals[limit]++
    this.#limits.note(limit, subject)
  }

  /** How often each was reached since the start. */
  totals(): Readonly<Record<ReachedLimit, number>> {
    return { ...this.#totals }
  }

  /** To be called once a minute. */
  sweep(): void {
    this.#losses.sweep()
    this.#limits.sweep()
  }
}
