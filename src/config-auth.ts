import type { Config } from './config.ts'

/** What MQTT clients must show over TLS. */
export function mqttAuthMode({ mqtt, auth }: Config) {
  return mqtt.auth ?? auth.mode ?? 'mtls'
}
