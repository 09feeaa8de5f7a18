import type { Config } from './config.ts'
import { findOpenApi } from './config-auth.ts'
import type { Origin } from './config-source.ts'
import { isLoopback } from './host-name.ts'

interface Listener {
  /** Of its settings: `<key>.host` and `<key>.port`. */
  readonly key: string
  readonly host: string
  readonly port: number
}

interface Found {
  /** Settings whose value was refused: nothing more is said of them. */
  readonly refused: ReadonlySet<string>
  readonly origins: ReadonlyMap<string, Origin>
}

/** What is wrong with the listeners though each setting alone is right. */
export function findFaults(config: Config, { refused, origins }: Found): readonly string[] {
  const listeners = listenersOf(config).filter(({ key }) => !refused.has(`${key}.host`) && !refused.has(`${key}.port`))
  const shared = listeners.flatMap((one, index) =>
    listeners.slice(index + 1).flatMap((other) => (shareAPort(one, other) ? [[one, other] as const] : [])),
  )
  const port = ({ key }: Listener): string => locate(`${key}.port`, origins)
  return [
    ...shared.map(
      ([one, other]) => `${port(one)} and ${port(other)} are both ${one.port}: each listener needs a port of its own`,
    ),
    ...(refused.has('mqtt.plain.allow') ? [] : findOpenPlain(config, origins)),
    ...(refused.has('api.host') ? [] : findOpenApi(config, origins)),
  ]
}

function listenersOf({ api, mqtt }: Config): readonly Listener[] {
  const { host, port } = mqtt.plain
  const plain = host === undefined ? [] : [{ key: 'mqtt.plain', host, port }]
  return [{ key: 'api', ...api }, { key: 'mqtt', ...mqtt }, ...plain]
}

const EVERY_ADDRESS = new Set(['::', '0.0.0.0'])

function shareAPort(one: Listener, other: Listener): boolean {
  const sameAddress = one.host === other.host || EVERY_ADDRESS.has(one.host) || EVERY_ADDRESS.has(other.host)
  return sameAddress && one.port === other.port && one.port !== 0
}

/** Passwords in the clear are for networks that somebody has named. */
function findOpenPlain({ mqtt: { plain } }: Config, origins: Found['origins']): readonly string[] {
  if (plain.host === undefined || plain.allow.length > 0 || isLoopback(plain.host)) return []
  return [
    `${locate('mqtt.plain.host', origins)} is ${plain.host}, where everybody could listen: name the networks of the devices in mqtt.plain.allow, such as ["192.168.1.0/24"]`,
  ]
}

function locate(key: string, origins: Found['origins']): string {
  return `${key} (${origins.get(key)?.place ?? 'default'})`
}
