import type { Config } from './config.ts'
import { findOpenApi } from './config-auth.ts'
import { apiEndpoint, type Endpoint } from './config-edge.ts'
import type { Origin } from './config-source.ts'
import { isLoopback } from './host-name.ts'

/** Where to listen, and the settings that say so. */
export interface PlannedListener extends Endpoint {
  readonly settings: { readonly host: string; readonly port: string }
}

export interface PlannedListeners {
  /** The same as `api` where one port serves both. */
  readonly mqtt: PlannedListener
  readonly api: PlannedListener
  readonly plainMqtt: PlannedListener | undefined
  readonly redirect: PlannedListener | undefined
}

export function planListeners({ listen, mqtt, api }: Config): PlannedListeners {
  const shared =
    listen.single === undefined
      ? undefined
      : { ...apiEndpoint({ api, listen }), settings: { host: 'listen.single', port: 'listen.single' } }
  const ofApi = shared ?? { ...pickEndpoint(api), settings: settingsOf('api') }
  const { host, port } = mqtt.plain
  return {
    api: ofApi,
    mqtt: shared ?? { ...pickEndpoint(mqtt), settings: settingsOf('mqtt') },
    plainMqtt: host === undefined ? undefined : { host, port, settings: settingsOf('mqtt.plain') },
    redirect:
      api.redirect_port === undefined
        ? undefined
        : {
            host: ofApi.host,
            port: api.redirect_port,
            settings: { host: ofApi.settings.host, port: 'api.redirect_port' },
          },
  }
}

function pickEndpoint({ host, port }: Endpoint): Endpoint {
  return { host, port }
}

function settingsOf(group: string): PlannedListener['settings'] {
  return { host: `${group}.host`, port: `${group}.port` }
}

interface Found {
  /** Settings whose value was refused: nothing more is said of them. */
  readonly refused: ReadonlySet<string>
  readonly origins: ReadonlyMap<string, Origin>
}

/** What is wrong with the listeners though each setting alone is right. */
export function findFaults(config: Config, { refused, origins }: Found): readonly string[] {
  const listeners = [...new Set(Object.values<PlannedListener | undefined>({ ...planListeners(config) }))]
    .filter((listener) => listener !== undefined)
    .filter(({ settings }) => !refused.has(settings.host) && !refused.has(settings.port))
  const shared = listeners.flatMap((one, index) =>
    listeners.slice(index + 1).flatMap((other) => (shareAPort(one, other) ? [[one, other] as const] : [])),
  )
  const port = ({ settings }: PlannedListener): string => locate(settings.port, origins)
  return [
    ...shared.map(
      ([one, other]) => `${port(one)} and ${port(other)} are both ${one.port}: each listener needs a port of its own`,
    ),
    ...(refused.has('mqtt.plain.allow') ? [] : findOpenPlain(config, origins)),
    ...(refused.has('api.host') ? [] : findOpenApi(config, origins)),
    ...(refused.has('api.redirect_port') ? [] : findUselessFolder(config, origins)),
    ...(refused.has('listen.single') ? [] : findUnseenCertificate(config, origins)),
  ]
}

const EVERY_ADDRESS = new Set(['::', '0.0.0.0'])

function shareAPort(one: Endpoint, other: Endpoint): boolean {
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

function findUselessFolder({ api }: Config, origins: Found['origins']): readonly string[] {
  if (api.acme_folder === undefined || api.redirect_port !== undefined) return []
  return [`${locate('api.acme_folder', origins)} is served on api.redirect_port alone: set it too, to 80`]
}

/** One port shows one certificate before it knows what is spoken: the one that devices trust. */
function findUnseenCertificate({ listen, ssl, mqtt }: Config, origins: Found['origins']): readonly string[] {
  if (listen.single === undefined || ssl.cert_file === undefined || ssl.cert_file === mqtt.ssl.cert_file) return []
  return [
    `${locate('ssl.cert_file', origins)} would be shown to nobody: listen.single shows the certificate of mqtt.ssl, so name this one there too, or leave it out`,
  ]
}

function locate(key: string, origins: Found['origins']): string {
  return `${key} (${origins.get(key)?.place ?? 'default'})`
}
