import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { postForFile } from '../support/handed-file.ts'
import { nextMessage } from '../support/next-message.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { needPythonModule } from '../support/python.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

let hub: TestHub
let backend: MqttClient
beforeAll(async () => {
  hub = await startTestHub()
  const credentials = await hub.enrolService('backend', ['#'])
  backend = await hub.connect(credentials, { clientId: 'backend' })
})
afterAll(() => hub[Symbol.asyncDispose]())

/** Unpacks the bundle of a device as a person does; gives its folder. */
async function unpack(deviceId: string): Promise<string> {
  const { octets } = await postForFile(hub, `/api/devices/${deviceId}/bundle`, { userId: 'ann' })
  await writeFile(join(hub.folder, `${deviceId}.zip`), octets)
  await runProgram(`unzip -q ${deviceId}.zip`, { cwd: hub.folder })
  return join(hub.folder, deviceId)
}

describe('the examples of a bundle, as they are', () => {
  for (const { name, deviceId, line, prepare } of [
    { name: 'Mosquitto', deviceId: 'board-sh', line: 'sh mosquitto.sh', prepare: needMosquitto },
    {
      name: 'Node.js',
      deviceId: 'board-node',
      line: `${process.execPath} client.mjs`,
      prepare: async (_: Skips, folder: string) => symlink(MODULES, join(folder, 'node_modules')),
    },
    { name: 'Python', deviceId: 'board-py', line: '/usr/bin/python3 -u client.py', prepare: needPaho },
  ]) {
    test(`${name} sends telemetry and shows a command`, async (context) => {
      needPrograms(context, 'unzip')
      const folder = await unpack(deviceId)
      await prepare(context, folder)
      const root = `users/ann/devices/${deviceId}`
      await backend.subscribeAsync(`${root}/telemetry`, { qos: 1 })
      const telemetry = nextMessage(backend)
      await using program = startProgram(line, { cwd: folder })
      const { topic, payload } = await Promise.race([telemetry, failWhenEnded(program.ended)])
      expect([topic, JSON.parse(payload.toString())]).toEqual([`${root}/telemetry`, { temperature: 21.5 }])
      // Kept for who subscribes a moment after it was sent.
      await backend.publishAsync(`${root}/commands/blink`, 'twice', { qos: 1, retain: true })
      expect(await program.line(/blink/)).toBe(`${root}/commands/blink twice`)
    })
  }
})

type Skips = Parameters<typeof needPrograms>[0]

async function needMosquitto(context: Skips): Promise<void> {
  needPrograms(context, 'mosquitto_pub')
}

async function needPaho(context: Skips): Promise<void> {
  needPythonModule(context, 'paho.mqtt.client')
}

async function failWhenEnded(ended: Promise<{ readonly stdout: string; readonly stderr: string }>): Promise<never> {
  const { stdout, stderr } = await ended
  throw new Error(`the example ended: ${stdout}${stderr}`)
}
