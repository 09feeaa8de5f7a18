import { networkInterfaces } from 'node:os'
import { getCACertificates } from 'node:tls'
import { repeat } from './app-background.ts'
import type { Pki } from './app-pki.ts'
import { traceSend } from './app-tracing.ts'
import type { MessageFeed } from './broker/delivery/message-feed.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import { keepWrites } from './db/kept-writes.ts'
import { createDeliveryStore, createWebhookStore } from './db/webhook-store.ts'
import { writeAddress } from './edge/address.ts'
import { createNetworks } from './edge/networks.ts'
import type { EventLog } from './events/event-log.ts'
import { Deliverer } from './events/webhooks/deliverer.ts'
import { DeliveryQueue } from './events/webhooks/delivery-queue.ts'
import { createLookUp } from './events/webhooks/name-look-up.ts'
import { createSender } from './events/webhooks/sender.ts'
import type { TargetPolicy } from './events/webhooks/target.ts'
import { createTrust } from './events/webhooks/trust.ts'
import { Webhooks } from './events/webhooks/webhooks.ts'
import type { EventFeed } from './events.ts'
import { outsideRequests } from './log-fields.ts'
import type { Logger } from './logger.ts'
import { isLoopbackAddress } from './loopback.ts'
import type { Transaction } from './registry/ports.ts'
import { VERSION } from './version.ts'

export interface WebhookParts {
  readonly database: Database
  /** Tells of what an administrator changes. */
  readonly transaction: Transaction
  readonly eventLog: EventLog
  readonly events: EventFeed
  /** Of the hub itself; known once it listens. */
  readonly ports: () => readonly (number | undefined)[]
  /** What the hub's own CA has signed is trusted beside what everybody trusts. */
  readonly pki: Pick<Pki, 'caCertificatePem'>
  readonly logger: Logger
  readonly clock: Clock
}

const PUMP_MS = 1000

export interface WatchingWebhooks {
  readonly webhooks: Webhooks
  /** Has them told of messages too, as far as one of them asks for it. */
  watchMessages(messages: Pick<MessageFeed, 'subscribe'>): void
}

/** Tells others of what happens, from where the last run of the hub has stopped. */
export function openWebhooks(config: Config, parts: WebhookParts, stack: AsyncDisposableStack): WatchingWebhooks {
  const { database, eventLog, events, pki, logger, clock } = parts
  const settings = config.webhooks
  const store = createDeliveryStore(database)
  const onFailure = (err: unknown): void => logger.error({ component: 'webhooks', err }, 'Deliveries could not be kept')
  const queue: DeliveryQueue = stack.use(
    new DeliveryQueue({
      store,
      limits: settings,
      clock,
      onDue: pump,
      onDropped: ({ id }, dropped) =>
        logger.warn({ component: 'webhooks', webhook: id, dropped }, 'Deliveries had no room'),
      onFailure,
    }),
  )
  const send = traceSend(
    createSender({
      policy: targetPolicy(settings, parts.ports),
      lookUp: createLookUp(),
      trust: createTrust({
        roots: () => [...getCACertificates('default'), ...getCACertificates('system')],
        ownCa: () => pki.caCertificatePem,
      }),
      limits: {
        get timeoutSeconds() {
          return settings.timeout
        },
      },
      version: VERSION,
      clock,
    }),
  )
  const deliverer = stack.use(
    new Deliverer({
      webhooks: () => webhooks.list(),
      queue,
      store,
      send,
      limits: settings,
      random: Math.random,
      events,
      clock,
      onFailure,
    }),
  )
  let feed: Pick<MessageFeed, 'subscribe'> | undefined
  let watching: Disposable | undefined
  const webhooks: Webhooks = new Webhooks({
    webhooks: keepWrites(parts.transaction, createWebhookStore(database), ['save', 'delete']),
    deliveries: store,
    queue,
    send,
    onChange: watch,
    onDue: pump,
    clock,
  })
  stack.use(eventLog.onAdd((event) => webhooks.tell(event)))
  repeat(stack, PUMP_MS, () => {
    queue.flush()
    pump()
  })
  return {
    webhooks,
    watchMessages(messages) {
      feed = messages
      watch()
    },
  }

  /** Whatever is due, of whomever. */
  function pump(): void {
    outsideRequests(() => deliverer.pump())
  }

  /** Each message costs its watchers a copy: there is none while nobody asks for messages. */
  function watch(): void {
    if (!webhooks.watchesMessages) {
      watching?.[Symbol.dispose]()
      watching = undefined
    } else watching ??= feed?.subscribe((message) => webhooks.tellMessage(message))
  }
}

function targetPolicy(settings: Config['webhooks'], ports: WebhookParts['ports']): TargetPolicy {
  return {
    get allowPrivate() {
      return settings.allow_private
    },
    isAllowed: (address) => createNetworks(settings.allow).has(address),
    isOwn: (address, port) => ports().includes(port) && isOwnAddress(address),
  }
}

function isOwnAddress(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((those = []) => those.map((one) => writeAddress(one.address)))
  return isLoopbackAddress(address) || own.includes(writeAddress(address))
}
