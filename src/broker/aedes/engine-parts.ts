import { createDelivery } from '../delivery/delivery.ts'
import { Presence } from '../presence.ts'
import { Status } from '../status/status.ts'
import { Bindings } from './bindings.ts'
import { SubscriptionEmitter } from './emitter.ts'
import type { AedesEngineOptions } from './engine.ts'
import { Gatekeeper } from './gatekeeper.ts'
import { LiveWills } from './live-wills.ts'
import { Publishing } from './publishing.ts'

/** What an engine is made of, wired. */
export interface Parts {
  readonly gatekeeper: Gatekeeper
  readonly delivery: ReturnType<typeof createDelivery>
  readonly bindings: Bindings
  readonly wills: LiveWills
  readonly emitter: SubscriptionEmitter
  readonly publishing: Publishing
  readonly status: Status
  readonly presence: Presence
}

export function createParts(options: AedesEngineOptions): Parts {
  const { stores, limits, reports, clock } = options
  const gatekeeper = new Gatekeeper(options)
  const delivery = createDelivery({
    ...options,
    onLoss: (reason, clientId, messages) => reports.lost(reason, clientId, messages),
  })
  const wills = new LiveWills(stores)
  const bindings = new Bindings(delivery, gatekeeper, wills)
  const emitter = new SubscriptionEmitter(delivery.sessions, bindings)
  const publishing = new Publishing({ delivery, bindings, gatekeeper, wills, topicLevels: limits.topicLevels })
  const status = new Status({ ...delivery, version: options.status.version, clock })
  const presence = new Presence({ router: delivery.router, clock, limits })
  return { gatekeeper, delivery, bindings, wills, emitter, publishing, status, presence }
}
