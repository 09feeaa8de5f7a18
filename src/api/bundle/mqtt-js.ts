import { type DeviceAccess, PEM_FILES, topicRoot } from './device-access.ts'

/** The same for Node.js. */
export function mqttJsScript(access: DeviceAccess): string {
  const { deviceId, host, port } = access
  return `// npm install mqtt; Node.js 20.11 or newer
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'

const read = (name) => readFileSync(join(import.meta.dirname, name))
const root = '${topicRoot(access)}'

const client = mqtt.connect({
  protocol: 'mqtts',
  host: '${host}',
  port: ${port},
  ca: read('${PEM_FILES.ca}'),
  cert: read('${PEM_FILES.certificate}'),
  key: read('${PEM_FILES.key}'),
  clientId: '${deviceId}',
  protocolVersion: 4,
})

client.on('connect', () => {
  console.log('connected')
  client.subscribe(root + '/commands/#', { qos: 1 })
  client.publish(root + '/telemetry', JSON.stringify({ temperature: 21.5 }), { qos: 1 })
})
client.on('message', (topic, payload) => console.log(topic, payload.toString()))
client.on('error', (error) => console.error(error.message))
`
}
