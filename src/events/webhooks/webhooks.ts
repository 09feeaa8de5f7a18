import { randomBytes, randomUUID } from 'node:crypto'
import type { AcceptedMessage } from '../../broker/delivery/message-feed.ts'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { EventEnvelope, LoggedEvent } from '../../logged-event.ts'
import { envelopeOf } from '../../logged-event.ts'
import type { Page, PageRequest } from '../../registry/page.ts'
import { matches } from '../../topic.ts'
import { isWanted } from '../event-filter.ts'
import type { WebhookDelivery } from './delivery.ts'
import { envelopeOfMessage, renderBody } from './delivery-body.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DeliveryStore, WebhookStore } from './ports.ts'
import type { Outcome, Send } from './sender.ts'
import { createSecret } from './signature.ts'
import { isNeverAllowed } from './target.ts'
import type { Webhook } from './webhook.ts'

export type WebhookRequest = Pick<Webhook, 'url'> & Partial<Omit<Webhook, 'id' | 'createdAt'>>

export type WebhookChanges = Partial<WebhookRequest>

export interface WebhooksOptions {
  readonly webhooks: WebhookStore
  readonly deliveries: DeliveryStore
  readonly queue: DeliveryQueue
  readonly send: Send
  /** Told when the topic filters may have changed. */
  readonly onChange: () => void
  /** Told that a delivery is due. */
  readonly onDue: () => void
  readonly clock: Clock
}

export interface WebhookFigures {
  readonly pending: number
  readonly dead: number
  /** Since the start: they had no room. */
  readonly dropped: number
}

const MAX_WEBHOOKS = 50
const ID_OCTETS = 6

/** Who is told of what happens outside the hub. */
export class Webhooks {
  readonly #options: WebhooksOptions
  readonly #byId: Map<string, Webhook>

  constructor(options: WebhooksOptions) {
    this.#options = options
    this.#byId = new Map(options.webhooks.list().map((webhook) => [webhook.id, webhook]))
    for (const webhook of this.#byId.values()) options.queue.open(webhook)
  }

  /** Throws `webhooks_over_limit`, or `bad_request` for an address that no webhook may go to. */
  create({ url, name = '', ...request }: WebhookRequest): Webhook {
    if (this.#byId.size >= MAX_WEBHOOKS) {
      throw new DomainError('webhooks_over_limit', `There are ${MAX_WEBHOOKS} webhooks: remove one first`)
    }
    requirePossible(url)
    const id = randomBytes(ID_OCTETS).toString('hex')
    const nothing = { state: 'active', headers: {}, types: [], topicFilters: [], format: 'json' } as const
    const secret = createSecret()
    const createdAt = this.#options.clock()
    return this.#save({ ...nothing, template: undefined, secret, ...request, id, name, url, createdAt })
  }

  list(): readonly Webhook[] {
    return [...this.#byId.values()]
  }

  /** Throws `webhook_not_found`. */
  get(id: string): Webhook {
    const webhook = this.#byId.get(id)
    if (webhook) return webhook
    throw new DomainError('webhook_not_found', `No webhook has the id ${JSON.stringify(id)}`)
  }

  change(id: string, changes: WebhookChanges): Webhook {
    if (changes.url !== undefined) requirePossible(changes.url)
    return this.#save({ ...this.get(id), ...changes })
  }

  /** With all that waits for it. */
  remove(id: string): void {
    this.get(id)
    this.#options.webhooks.delete(id)
    this.#byId.delete(id)
    this.#options.queue.close(id)
    this.#options.onChange()
  }

  figuresOf(id: string): WebhookFigures {
    const { queue, deliveries } = this.#options
    return { pending: queue.pending(id), dead: deliveries.count(id, 'dead'), dropped: queue.dropped(id) }
  }

  /** Of all of them together. */
  figures(): WebhookFigures {
    const each = [...this.#byId.keys()].map((id) => this.figuresOf(id))
    const sumOf = (figure: keyof WebhookFigures): number => each.reduce((sum, figures) => sum + figures[figure], 0)
    return { pending: sumOf('pending'), dead: sumOf('dead'), dropped: sumOf('dropped') }
  }

  /** One event of its own, now, and what became of it, unless whoever asks leaves. */
  async test(id: string, signal: AbortSignal): Promise<Outcome> {
    const webhook = this.get(id)
    const at = this.#options.clock()
    const data = { webhook: id, name: webhook.name }
    const envelope: EventEnvelope = { id: randomUUID(), type: 'webhook.test', at: at.toISOString(), data }
    const parcel = { id: envelope.id, type: envelope.type, body: renderBody(webhook, envelope) }
    return this.#options.send(webhook, parcel, signal)
  }

  /** To those who asked for it. What webhooks themselves bring about is told to none: it would not end. */
  tell(event: LoggedEvent): void {
    if (event.type.startsWith('webhook.')) return
    const wanting = this.#active().filter(({ types }) => types.length > 0 && isWanted(event, { types }))
    for (const webhook of wanting) this.#options.queue.add(webhook, envelopeOf(event))
  }

  tellMessage(message: AcceptedMessage): void {
    const wanting = this.#active().filter(({ topicFilters }) => topicFilters.some((one) => matches(one, message.topic)))
    if (wanting.length === 0) return
    const envelope = envelopeOfMessage(message, randomUUID(), this.#options.clock())
    for (const webhook of wanting) this.#options.queue.add(webhook, envelope)
  }

  /** Whether one is told of messages. */
  get watchesMessages(): boolean {
    return this.#active().some(({ topicFilters }) => topicFilters.length > 0)
  }

  listDeliveries(id: string, state: WebhookDelivery['state'], page: PageRequest): Page<WebhookDelivery> {
    this.get(id)
    return this.#options.deliveries.list(id, state, page)
  }

  /** From the first attempt on, now. Throws `delivery_not_found`. */
  retry(id: string, deliveryId: string): void {
    const delivery = this.#getDelivery(id, deliveryId)
    const { deliveries, queue, clock, onDue } = this.#options
    deliveries.update({ ...delivery, state: 'pending', attempts: 0, nextAt: clock() })
    if (delivery.state === 'dead') queue.count(id, 1)
    onDue()
  }

  drop(id: string, deliveryId: string): void {
    const { state } = this.#getDelivery(id, deliveryId)
    this.#options.deliveries.delete(deliveryId)
    if (state === 'pending') this.#options.queue.count(id, -1)
  }

  #active(): readonly Webhook[] {
    return this.list().filter(({ state }) => state === 'active')
  }

  #save(webhook: Webhook): Webhook {
    this.#options.webhooks.save(webhook)
    this.#byId.set(webhook.id, webhook)
    this.#options.queue.open(webhook)
    this.#options.onChange()
    this.#options.onDue()
    return webhook
  }

  #getDelivery(id: string, deliveryId: string): WebhookDelivery {
    this.get(id)
    const delivery = this.#options.deliveries.find(deliveryId)
    if (delivery?.webhookId === id) return delivery
    throw new DomainError('delivery_not_found', `Webhook ${id} has no delivery ${JSON.stringify(deliveryId)}`)
  }
}

function requirePossible(text: string): void {
  const url = new URL(text)
  if (!isNeverAllowed(url)) return
  throw new DomainError('bad_request', `${url.hostname} is no address for a webhook, and no setting makes it one`)
}
