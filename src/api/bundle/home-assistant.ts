import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** What goes into configuration.yaml; the connection itself is set in a form, whose fields the comment fills in. */
export function homeAssistantYaml(access: DeviceAccess): string {
  const { deviceId, host, port } = access
  const root = topicRoot(access)
  return `# Settings, Devices & services, Add integration, MQTT:
#   Broker ${host}, port ${port}, no user name, no password
#   Advanced options: client ID ${deviceId}, MQTT protocol 3.1.1
#   Broker certificate validation: Custom, ${PEM_FILES.ca}
#   Use a client certificate: ${PEM_FILES.certificate}, private key ${PEM_FILES.key}
#   Discovery, birth and will messages: off, for this device may not use their topics
# Then, in configuration.yaml:
mqtt:
  sensor:
    - name: "${deviceId} temperature"
      unique_id: "signet ${deviceId} temperature"
      state_topic: "${root}/telemetry"
      value_template: "{{ value_json.temperature }}"
      unit_of_measurement: "°C"
      device_class: temperature
`
}
