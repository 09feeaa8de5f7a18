import { EventStreams } from './api/events/event-streams.ts'
import { openWebhooks, type WatchingWebhooks, type WebhookParts } from './app-webhooks.ts'
import type { Config } from './config.ts'
import { createEventStore } from './db/event-store.ts'
import { EventLog } from './events/event-log.ts'

export type HappeningParts = Omit<WebhookParts, 'eventLog'>

export interface Happenings extends WatchingWebhooks {
  readonly eventLog: EventLog
  readonly eventStreams: EventStreams
}

/** Writes down all that happens from now on, for those who listen and those who are told. */
export function openHappenings(config: Config, parts: HappeningParts, stack: AsyncDisposableStack): Happenings {
  const { database, events, clock, logger } = parts
  const eventLog = stack.use(
    new EventLog({
      store: createEventStore(database),
      clock,
      limits: {
        get count() {
          return config.events.keep_count
        },
        get seconds() {
          return config.events.keep
        },
      },
      onFailure: (err) => logger.error({ component: 'events', err }, 'Events could not be kept'),
      onRecovery: () => logger.info({ component: 'events' }, 'Events are kept again'),
    }),
  )
  stack.use(events.subscribeAll((type, event) => eventLog.add(type, event)))
  const onFailure = (err: unknown): void => logger.error({ component: 'events', err }, 'Events could not be read')
  const eventStreams = new EventStreams({ log: eventLog, onFailure })
  return { eventLog, eventStreams, ...openWebhooks(config, { ...parts, eventLog }, stack) }
}
