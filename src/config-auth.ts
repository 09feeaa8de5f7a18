import type { Config } from './config.ts'
import type { Origin } from './config-source.ts'
import { isLoopback } from './host-name.ts'

/** What MQTT clients must show over TLS. */
export function mqttAuthMode({ mqtt, auth }: Config) {
  return mqtt.auth ?? auth.mode ?? 'mtls'
}

/** What callers of the API must show; it is open to nobody but this machine, whatever was asked for. */
export function apiAuth({ api, auth }: Config) {
  return {
    get mode() {
      return api.auth ?? auth.mode ?? 'token'
    },
    get openOnLoopback() {
      return auth.open_on_loopback && isLoopback(api.host)
    },
  }
}

/** What opens the API to more than this machine. */
export function findOpenApi({ api, auth }: Config, origins: ReadonlyMap<string, Origin>): readonly string[] {
  if (!auth.open_on_loopback || isLoopback(api.host)) return []
  const [open, host] = ['auth.open_on_loopback', 'api.host'].map(
    (key) => `${key} (${origins.get(key)?.place ?? 'default'})`,
  )
  return [
    `${open} lets everybody who reaches the API administer the hub, and ${host} is ${api.host}, which others reach: set api.host to 127.0.0.1`,
  ]
}
