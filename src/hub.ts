import { memoryUsage, pid, stdout, version } from 'node:process'
import { startHub as startWiredHub } from './app.ts'
import type { Hub } from './app-hub.ts'
import { fieldsAround } from './app-log-fields.ts'
import type { Clock } from './clock.ts'
import { type ConfigInput, createConfig } from './config.ts'
import { createLogger } from './logger.ts'
import type { MayAccess } from './registry/narrowed-access.ts'

export type { Hub } from './app-hub.ts'
export type { AcceptedMessage, MessageListener } from './broker/delivery/message-feed.ts'
export type { Clock } from './clock.ts'
export type { ConfigInput as HubSettings } from './config.ts'
export type { EventFeed, HubEvents, HubEventType } from './events.ts'
export type { Identity } from './registry/identity.ts'
export type { AccessRequest, MayAccess } from './registry/narrowed-access.ts'

export interface HubOptions {
  /** The keys of config.yaml; files, environment and flags are not read. */
  readonly settings?: ConfigInput
  /** Where the log goes, one JSON object a line; stdout unless another is given. */
  readonly log?: { write(text: string): unknown }
  readonly clock?: Clock
  /** No folder is touched, and nothing is left: for tests and demonstrations. */
  readonly inMemory?: boolean
  /**
   * Asked where the policies allow something; answers other than true take it away, and so does a throw. What it answered
   * is remembered for a client and a topic until a policy of the client changes.
   */
  readonly mayAccess?: MayAccess
}

/**
 * Runs a hub within another program. Dispose of it to stop it: it then commits, closes its sessions and resolves. Throws
 * `configuration_invalid` for settings that are wrong, and the error of what could not be opened.
 */
export async function startHub({ settings, log = stdout, ...overrides }: HubOptions = {}): Promise<Hub> {
  const config = createConfig(settings)
  const { level, format } = config.log
  const form = format === 'text' ? 'text' : 'json'
  const logger = createLogger({ level, format: form, stream: log, around: fieldsAround })
  return startWiredHub(config, { ...overrides, logger, pid, runtime: { version, rss: memoryUsage.rss } })
}
