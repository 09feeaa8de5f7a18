import type { Clock } from '../../clock.ts'
import type { EventFeed } from '../../events.ts'
import type { WebhookDelivery } from './delivery.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DeliveryStore } from './ports.ts'
import { LONGEST_DELAY_MS, retryDelay } from './retry-delay.ts'
import type { Outcome, Send } from './sender.ts'
import type { Webhook } from './webhook.ts'

export interface DelivererOptions {
  readonly webhooks: () => readonly Webhook[]
  readonly queue: Pick<DeliveryQueue, 'pending' | 'count' | 'flush'>
  readonly store: DeliveryStore
  readonly send: Send
  /** Read when it is needed: it may change while we run. */
  readonly limits: { readonly attempts: number }
  readonly random: () => number
  readonly events: EventFeed
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}

const AT_ONCE = 16
const AT_ONCE_OF_ONE = 4
const DEAD_KEPT = 1000

/** Sends what is due, few at a time, so that a target that is slow or gone costs the others and the broker nothing. */
export class Deliverer implements AsyncDisposable {
  readonly #options: DelivererOptions
  readonly #running = new Map<string, { readonly webhookId: string; readonly done: Promise<void> }>()
  /** Their last attempt has failed: one at a time is enough to find out whether they are back. */
  readonly #failing = new Set<string>()
  readonly #stop = new AbortController()
  /** Whose turn it is first. */
  #turn = 0

  constructor(options: DelivererOptions) {
    this.#options = options
  }

  /** Begins all that is due and has room. */
  pump(): void {
    if (this.#stop.signal.aborted) return
    try {
      const webhooks = this.#options.webhooks().filter((webhook) => this.#isWaitedFor(webhook))
      this.#turn++
      for (let index = 0; index < webhooks.length && this.#running.size < AT_ONCE; index++) {
        const webhook = webhooks[(index + this.#turn) % webhooks.length]
        if (webhook) this.#beginDue(webhook)
      }
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  /** What was begun is given up, and begun again after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the hub stops'))
    await Promise.all([...this.#running.values()].map(({ done }) => done))
  }

  #isWaitedFor({ id, state }: Webhook): boolean {
    return state === 'active' && this.#options.queue.pending(id) > this.#runningOf(id)
  }

  #runningOf(webhookId: string): number {
    return [...this.#running.values()].filter((running) => running.webhookId === webhookId).length
  }

  #beginDue(webhook: Webhook): void {
    const { store, clock } = this.#options
    const most = this.#failing.has(webhook.id) ? 1 : AT_ONCE_OF_ONE
    const room = Math.min(most - this.#runningOf(webhook.id), AT_ONCE - this.#running.size)
    if (room <= 0) return
    const now = clock()
    const latest = new Date(now.getTime() + LONGEST_DELAY_MS)
    const due = store.listDue(webhook.id, now, latest, room + this.#runningOf(webhook.id))
    for (const delivery of due.filter(({ id }) => !this.#running.has(id)).slice(0, room)) {
      this.#running.set(delivery.id, { webhookId: webhook.id, done: this.#deliver(webhook, delivery) })
    }
  }

  async #deliver(webhook: Webhook, delivery: WebhookDelivery): Promise<void> {
    const { signal } = this.#stop
    const outcome = await this.#options.send(webhook, delivery, signal)
    this.#running.delete(delivery.id)
    if (signal.aborted) return
    try {
      this.#settle(webhook, delivery, outcome)
    } catch (error) {
      // It stays due: sent again rather than lost, but not at once.
      return this.#options.onFailure(error)
    }
    this.pump()
  }

  #settle(webhook: Webhook, delivery: WebhookDelivery, outcome: Outcome): void {
    const { store, queue, random, clock, limits } = this.#options
    // Somebody has removed it meanwhile.
    if (!store.find(delivery.id)) return
    if (outcome.delivered) {
      this.#failing.delete(webhook.id)
      store.delete(delivery.id)
      return queue.count(webhook.id, -1)
    }
    this.#failing.add(webhook.id)
    const attempts = delivery.attempts + 1
    const failed = { ...delivery, attempts, error: outcome.error }
    if (attempts >= limits.attempts) return this.#bury(webhook, failed)
    const delay = retryDelay(attempts, random(), outcome.retryAfterMs)
    store.update({ ...failed, nextAt: new Date(clock().getTime() + delay) })
  }

  #bury({ id, name, url }: Webhook, delivery: WebhookDelivery): void {
    const { store, queue, events } = this.#options
    store.update({ ...delivery, state: 'dead' })
    store.deleteOldDead(id, DEAD_KEPT)
    queue.count(id, -1)
    events.publish('webhook.dead_lettered', {
      ...{ webhook: id, name: name || new URL(url).host },
      ...{ delivery: delivery.id, event: delivery.type },
    })
  }
}
