import type { Config } from './config.ts'
import { apiEndpoint } from './config-edge.ts'
import type { Origin } from './config-source.ts'
import { isLoopback } from './host-name.ts'

/** What MQTT clients must show over TLS. */
export function mqttAuthMode({ mqtt, auth }: Config) {
  return mqtt.auth ?? auth.mode ?? 'mtls'
}

/** What callers of the API must show; it is open to nobody but this machine, whatever was asked for. */
export function apiAuth(config: Config) {
  const { api, auth } = config
  return {
    get mode() {
      return api.auth ?? auth.mode ?? 'token'
    },
    get openOnLoopback() {
      return auth.open_on_loopback && isLoopback(apiEndpoint(config).host)
    },
  }
}

/** Of each surface, as it holds when it is asked for. */
export function authModes(config: Config) {
  return {
    get mqtt() {
      return mqttAuthMode(config)
    },
    get api() {
      return apiAuth(config).mode
    },
  }
}

/** What opens the API to more than this machine. */
export function findOpenApi(config: Config, origins: ReadonlyMap<string, Origin>): readonly string[] {
  const { host } = apiEndpoint(config)
  if (!config.auth.open_on_loopback || isLoopback(host)) return []
  const setting = config.listen.single === undefined ? 'api.host' : 'listen.single'
  const [open, bound] = ['auth.open_on_loopback', setting].map(
    (key) => `${key} (${origins.get(key)?.place ?? 'default'})`,
  )
  return [
    `${open} lets everybody who reaches the API administer the hub, and ${bound} is ${host}, which others reach: bind it to 127.0.0.1`,
  ]
}
