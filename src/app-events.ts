import { EventStreams } from './api/events/event-streams.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import { createEventStore } from './db/event-store.ts'
import { EventLog } from './events/event-log.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'

export interface EventParts {
  readonly database: Database
  readonly events: EventFeed
  readonly clock: Clock
  readonly logger: Logger
}

export interface Happenings {
  readonly eventLog: EventLog
  readonly eventStreams: EventStreams
}

/** Writes down all that happens from now on, for those who listen. */
export function openEventLog(config: Config, parts: EventParts, stack: AsyncDisposableStack): Happenings {
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
  return { eventLog, eventStreams: new EventStreams({ log: eventLog, onFailure }) }
}
