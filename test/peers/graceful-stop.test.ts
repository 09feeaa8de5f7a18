import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { startProgram } from '../support/program.ts'
import { connectPacket } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

test('a hub that stops says close_notify to OpenSSL, and resets nothing', async ({ skip }) => {
  needPrograms({ skip }, 'openssl')
  await using hub = await startTestHub()
  const identity = await enrolled(hub)
  await writeFile(join(hub.folder, 'connect'), generate(connectPacket({ clientId: 'device-001' })))
  const address = `-connect localhost:${hub.hub.mqttPort} -CAfile certs/ca-cert.pem`
  const arrived = arrival(hub)
  const line = `openssl s_client ${address} ${identity.replaceAll('--', '-')} -msg -ign_eof < connect`
  await using peer = startProgram(line, { cwd: hub.folder })
  await arrived
  await hub.hub[Symbol.asyncDispose]()
  const { code } = await peer.ended
  expect(peer.output).toMatch(/<<< .*Alert.*close_notify/)
  expect(peer.output).not.toContain('errno')
  expect(code).toBe(0)
})

test('mosquitto_sub has printed what was sent to it when the hub stopped', async ({ skip }) => {
  needPrograms({ skip }, 'mosquitto_sub', 'stdbuf')
  await using hub = await startTestHub()
  const topic = 'users/default/devices/device-001/rpc'
  await using peer = startProgram(
    `stdbuf -oL mosquitto_sub ${atHub(hub)} ${await enrolled(hub)} -i device-001 -t ${topic} -q 1 -d`,
    { cwd: hub.folder },
  )
  await peer.line(/Subscribed/)
  const backend = await hub.connect(await hub.enrolService('backend', ['users/#']))
  for (let count = 1; count <= 20; count++) void backend.publishAsync(topic, `message ${count}`, { qos: 1 })
  await backend.publishAsync(topic, 'the last', { qos: 1 })
  await hub.hub[Symbol.asyncDispose]()
  await peer.line(/^the last$/)
  expect(peer.output).not.toMatch(/reset|error/i)
})

async function enrolled(hub: TestHub): Promise<string> {
  return saveCredentials(hub.folder, 'device-001', await hub.enrol('device-001'))
}

function arrival({ hub }: TestHub): Promise<unknown> {
  return new Promise((resolve) => hub.events.subscribe('device.connected', resolve))
}
