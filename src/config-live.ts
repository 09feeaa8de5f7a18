import { isDeepStrictEqual } from 'node:util'
import { type Config, readValue, SETTINGS } from './config.ts'

/** Settings whose new value a running hub takes: it holds at once, or from the next connection on. */
const LIVE_SETTINGS: ReadonlySet<string> = new Set([
  'api.auth',
  'api.loopback_http',
  'auth.mode',
  'auth.open_on_loopback',
  'backup.folder',
  'backup.keep',
  'backup.passphrase',
  'backup.schedule',
  'ca.renew_after_expiry',
  'ca.renew_before',
  'ca.unknown',
  'ca.unknown_owner',
  'compromise.acts_per_hour',
  'compromise.ignore',
  'compromise.ipv4_prefix',
  'compromise.ipv6_prefix',
  'compromise.key_reuse',
  'compromise.refusal_burst',
  'compromise.refusals',
  'compromise.refusals_window',
  'compromise.returns',
  'compromise.two_addresses',
  'compromise.window',
  'emqx.allow_cn_only',
  'events.keep',
  'events.keep_count',
  'limits.connect_bytes',
  'limits.connections',
  'limits.connections_per_address',
  'limits.flapping_ban',
  'limits.flapping_connects',
  'limits.flapping_window',
  'limits.half_open',
  'limits.half_open_per_address',
  'limits.packet_bytes',
  'limits.queue_age',
  'limits.queue_bytes',
  'limits.queue_messages',
  'limits.retained_bytes',
  'limits.retained_messages',
  'limits.session_expiry',
  'limits.subscriptions',
  'log.level',
  'mqtt.allowed_origins',
  'mqtt.auth',
  'pki.public_url',
  'profiles',
  'public_host',
  'tls.server_names',
  'webhooks.allow',
  'webhooks.allow_private',
  'webhooks.attempts',
  'webhooks.queue',
  'webhooks.timeout',
])

/** Whether a running hub takes a new value of the setting; the others wait for a restart. */
export function isLive(key: string): boolean {
  return LIVE_SETTINGS.has(key)
}

/** What a new configuration changes, by the keys of the settings. */
export interface ConfigChange {
  readonly applied: readonly string[]
  /** They keep their value until the hub is started again. */
  readonly needsRestart: readonly string[]
}

/** The configuration that is in force. */
export class LiveConfig {
  /** Settings that can be live are to be read where they are used: a copy would keep the old value. */
  readonly settings: Config
  readonly #values: Map<string, unknown>

  constructor(config: Config) {
    this.#values = new Map(SETTINGS.map(({ key }) => [key, readValue(config, key)]))
    this.settings = viewOf(this.#values)
  }

  /** What would be in force after `replace`. */
  preview(next: Config): Config {
    const values = new Map(this.#values)
    for (const key of LIVE_SETTINGS) values.set(key, readValue(next, key))
    return viewOf(values)
  }

  /** Puts the new values of those settings in force that a running hub can take. */
  replace(next: Config): ConfigChange {
    const changed = SETTINGS.map(({ key }) => key).filter(
      (key) => !isDeepStrictEqual(this.#values.get(key), readValue(next, key)),
    )
    const applied = changed.filter(isLive)
    for (const key of applied) this.#values.set(key, readValue(next, key))
    return { applied, needsRestart: changed.filter((key) => !isLive(key)) }
  }
}

/** Groups as the schema nests them, and in them what the map holds at that moment. */
function viewOf(values: ReadonlyMap<string, unknown>): Config {
  const view = {}
  for (const key of values.keys()) {
    const end = key.lastIndexOf('.')
    const group = key.slice(0, Math.max(0, end)).split('.').filter(Boolean).reduce<object>(memberOf, view)
    Object.defineProperty(group, key.slice(end + 1), { get: () => values.get(key), enumerable: true })
  }
  // Its keys are those of the schema, and each value was read under its key.
  return view as Config
}

function memberOf(group: object, name: string): object {
  const known: unknown = Reflect.get(group, name)
  if (typeof known === 'object' && known !== null) return known
  const made = {}
  Object.defineProperty(group, name, { value: made, enumerable: true })
  return made
}
