import type { Clock } from '../../clock.ts'
import type { Traffic } from '../traffic.ts'
import { Acceptance } from './acceptance.ts'
import { Losses, type LossReason } from './losses.ts'
import type { MessageFeed } from './message-feed.ts'
import type { DeliveryStores } from './ports.ts'
import type { QueueLimits } from './queue-bounds.ts'
import { type RetainedLimits, RetainedMessages } from './retained-messages.ts'
import { Router } from './router.ts'
import type { Session } from './session.ts'
import { type Owners, Sessions } from './sessions.ts'
import { Turn } from './turn.ts'

export interface DeliveryLimits extends RetainedLimits {
  /** Messages on their way to one client, unacknowledged. */
  readonly inFlight: number
  readonly queueMessages: number
  readonly queueBytes: number
  readonly queueSeconds: number
}

export interface DeliveryOptions {
  readonly stores: DeliveryStores
  readonly owners: Owners
  readonly clock: Clock
  readonly limits: DeliveryLimits
  readonly feed: MessageFeed
  readonly onLoss: (reason: LossReason, clientId: string, messages: number) => void
  readonly traffic: Traffic
}

/** From a publisher to everybody it concerns, live or away: what is acknowledged is kept, and nobody waits for another. */
export interface Delivery {
  readonly turn: Turn
  readonly router: Router<Session>
  readonly sessions: Sessions
  readonly retained: RetainedMessages
  readonly acceptance: Acceptance
  readonly losses: Losses
  readonly traffic: Traffic
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { stores, owners, clock, limits, traffic, feed, onLoss } = options
  const turn = new Turn(stores.journal)
  const router = new Router<Session>()
  const losses = new Losses(onLoss)
  const retained = new RetainedMessages({ ...stores, store: stores.retained, limits, losses })
  const sessions = new Sessions({
    stores,
    router,
    owners,
    turn,
    losses,
    traffic,
    window: limits.inFlight,
    limits: queueLimits(limits, clock),
    clock,
  })
  const acceptance = new Acceptance({ router, retained, turn, traffic, feed, room: stores.room })
  return { turn, router, sessions, retained, losses, traffic, acceptance }
}

/** They may change while sessions live. */
function queueLimits(limits: DeliveryLimits, clock: Clock): QueueLimits {
  return {
    clock,
    get queueMessages() {
      return limits.queueMessages
    },
    get queueBytes() {
      return limits.queueBytes
    },
    get queueAgeMs() {
      return limits.queueSeconds * 1000
    },
  }
}
