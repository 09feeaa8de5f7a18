import type { Config } from './config.ts'
import type { ConfigChange, LiveConfig } from './config-live.ts'
import { DomainError } from './errors.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'

export interface ReloadParts {
  readonly live: LiveConfig
  /** None: the settings were given by a program. */
  readonly reread: (() => Promise<Config>) | undefined
  /** Of the files that the settings name. */
  readonly reloadCertificates: () => Promise<void>
  /** Ends what the configuration in force does not admit. */
  readonly endOthers: () => Promise<void>
  readonly events: EventFeed
  readonly logger: Logger
}

/**
 * Reads the configuration again and puts in force what can be; all of it stays as it is when something in it is wrong
 * (`configuration_invalid`), or when `judge` throws.
 */
export type Reload = (judge?: (next: Config) => void) => Promise<ConfigChange>

export function createReload({ live, reread, logger, ...parts }: ReloadParts): Reload {
  let last: Promise<unknown> = Promise.resolve()
  // One after the other: of two at a time, the one that has read the older file could be the last to apply it.
  return function reload(judge = () => undefined) {
    const done = last.then(() => apply(judge))
    last = done.catch(() => undefined)
    return done
  }

  async function apply(judge: (next: Config) => void): Promise<ConfigChange> {
    if (!reread) {
      throw new DomainError('configuration_fixed', 'This hub got its settings from a program: there is no file to read')
    }
    const next = await reread()
    judge(live.preview(next))
    const change = live.replace(next)
    logger.level = next.log.level
    await Promise.all([parts.reloadCertificates(), parts.endOthers()])
    logger.info({ component: 'hub', ...change }, 'Configuration read again')
    parts.events.publish('configuration.reloaded', change)
    return change
  }
}
