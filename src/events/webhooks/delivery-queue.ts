import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { EventEnvelope } from '../../logged-event.ts'
import type { WebhookDelivery } from './delivery.ts'
import { renderBody } from './delivery-body.ts'
import type { DeliveryStore } from './ports.ts'
import type { Webhook } from './webhook.ts'

export interface DeliveryQueueOptions {
  readonly store: DeliveryStore
  /** Of the deliveries that wait for one webhook; read when it is needed. */
  readonly limits: { readonly queue: number }
  readonly clock: Clock
  /** Told that there is something to send. */
  readonly onDue: () => void
  /** Told of the first one that had no room, and once a minute of how many there were since the start. */
  readonly onDropped: (webhook: Webhook, dropped: number) => void
  readonly onFailure: (error: unknown) => void
}

const MAX_BODY_OCTETS = 262_144
const BATCH = 256
const TELL_MS = 60_000

/** What waits to be sent: kept with all that came in the same turn, and never more than it may be. */
export class DeliveryQueue implements Disposable {
  readonly #options: DeliveryQueueOptions
  readonly #pending = new Map<string, number>()
  readonly #dropped = new Map<string, number>()
  readonly #toldAt = new Map<string, number>()
  #unkept: WebhookDelivery[] = []
  #isScheduled = false

  constructor(options: DeliveryQueueOptions) {
    this.#options = options
  }

  /** To be told of a webhook before anything is added for it. */
  open({ id }: Webhook): void {
    if (!this.#pending.has(id)) this.#pending.set(id, this.#options.store.count(id, 'pending'))
  }

  close(webhookId: string): void {
    this.#pending.delete(webhookId)
    this.#dropped.delete(webhookId)
    this.#toldAt.delete(webhookId)
    this.#unkept = this.#unkept.filter((delivery) => delivery.webhookId !== webhookId)
  }

  add(webhook: Webhook, envelope: EventEnvelope): void {
    const { id } = webhook
    const pending = this.pending(id)
    if (pending >= this.#options.limits.queue) return this.#drop(webhook)
    const body = renderBody(webhook, envelope)
    if (Buffer.byteLength(body) > MAX_BODY_OCTETS) return this.#drop(webhook)
    const now = this.#options.clock()
    const waiting = { state: 'pending', attempts: 0, nextAt: now, error: undefined, createdAt: now } as const
    this.#pending.set(id, pending + 1)
    this.#unkept.push({ id: randomUUID(), webhookId: id, type: envelope.type, body, ...waiting })
    this.#schedule()
  }

  /** One less waits, or one more again. */
  count(webhookId: string, change: 1 | -1): void {
    const pending = this.#pending.get(webhookId)
    if (pending !== undefined) this.#pending.set(webhookId, Math.max(0, pending + change))
  }

  pending(webhookId: string): number {
    return this.#pending.get(webhookId) ?? 0
  }

  /** Since the start. */
  dropped(webhookId: string): number {
    return this.#dropped.get(webhookId) ?? 0
  }

  /** Keeps all that can still be kept. */
  [Symbol.dispose](): void {
    for (let left = Number.POSITIVE_INFINITY; this.#unkept.length < left; this.flush()) left = this.#unkept.length
  }

  /** Keeps what is not kept yet, a turn's share of it; what fails stays for the next time. */
  flush(): void {
    const batch = this.#unkept.slice(0, BATCH)
    if (batch.length === 0) return
    try {
      this.#options.store.insert(batch)
    } catch (error) {
      return this.#options.onFailure(error)
    }
    this.#unkept = this.#unkept.slice(batch.length)
    if (this.#unkept.length > 0) this.#schedule()
    this.#options.onDue()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.flush()
    })
  }

  #drop(webhook: Webhook): void {
    const dropped = this.dropped(webhook.id) + 1
    this.#dropped.set(webhook.id, dropped)
    const now = this.#options.clock().getTime()
    const toldAt = this.#toldAt.get(webhook.id)
    // Of a clock that was set back too: it would be silent until that comes true again.
    if (toldAt !== undefined && Math.abs(now - toldAt) < TELL_MS) return
    this.#toldAt.set(webhook.id, now)
    this.#options.onDropped(webhook, dropped)
  }
}
