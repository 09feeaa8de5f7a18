import { expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { createForeignFleet } from '../support/foreign-fleet.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { type MosquittoBroker, startMosquitto } from '../support/mosquitto-broker.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const ACL = `user mover
topic read #
pattern readwrite plant/%u/#
user fan
topic read plant/pump/state
`
const FLEET = ['pump', 'fan', 'mover'].map((name) => ({ name, subject: `/O=Works/CN=${name}` }))
const COPY = { 'plant/pump/state': 'running', 'plant/pump/limits': '{"max":7}', 'plant/fan/state': 'off' }
const PUMP = '--cert fleet/pump.pem --key fleet/ec.key'

test('a fleet leaves its Mosquitto with its certificates, rules and retained messages, and can go back', {
  timeout: 240_000,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto', 'mosquitto_pub', 'mosquitto_sub')
  await using folder = await temporaryFolder()
  await createForeignFleet(folder.path, FLEET)
  await using mosquitto = await startMosquitto(folder.path, ACL)
  for (const [topic, payload] of Object.entries(COPY)) await retainAt(mosquitto, folder.path, topic, payload)
  await using hub = await startTestHub({ folder: folder.path })
  const signet = (line: string) => run({ argv: line.split(' '), cwd: folder.path })

  const backend = await saveCredentials(folder.path, 'backend', await hub.enrolService('backend', ['#']))

  // Devices and rules
  const before = await readRegistry(hub)
  const imported = await signet('import mosquitto --acl-file old/acl --certs fleet --apply')
  expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('None of the devices would be refused') })

  // Retained messages, by a service of the hub and a client of the Mosquitto
  const files = '--hub-ca certs/ca-cert.pem --hub-cert backend-cert.pem --hub-key backend-key.pem'
  const target = `--hub mqtts://localhost:${hub.hub.mqttPort} ${files}`
  const source = `--from mqtts://localhost:${mosquitto.port} --ca old/ca-cert.pem --cert fleet/mover.pem --key fleet/ec.key`
  const copied = await signet(`import retained ${source} ${target} --apply`)
  expect(copied).toMatchObject({ code: 0, stdout: expect.stringMatching(/Kept by the hub +3\n/) })

  // The devices find here what they left there, and no more than that
  expect(await readRetained(hub, `-i pump ${PUMP} -t 'plant/pump/#'`, 2)).toEqual([
    'plant/pump/limits {"max":7}',
    'plant/pump/state running',
  ])
  const fan = '-i fan --cert fleet/fan.pem --key fleet/ec.key'
  expect(await readRetained(hub, `${fan} -t plant/pump/state`, 1)).toEqual(['plant/pump/state running'])
  const state = `mosquitto_pub ${atHub(hub)} -i pump ${PUMP} -q 1 -r -t plant/pump/state -m stopped`
  expect(await runProgram(state, { cwd: folder.path })).toMatchObject({ code: 0 })

  // Back: what the pump has said since is its own
  expect((await signet(`import undo retained-report.json ${target}`)).stdout).toMatch(/Removed +2\n/)
  expect(await readRetained(hub, `${backend} -t '#'`, 1)).toEqual(['plant/pump/state stopped'])
  expect(await signet('import undo import-report.json')).toMatchObject({ code: 0, stderr: '' })
  expect(await readRegistry(hub)).toEqual(before)
  expect(await runProgram(state, { cwd: folder.path })).toMatchObject({ code: 5 })
})

async function retainAt({ port }: MosquittoBroker, cwd: string, topic: string, payload: string): Promise<void> {
  const device = topic.split('/')[1]
  const line = `mosquitto_pub --cafile old/ca-cert.pem -h localhost -p ${port} --cert fleet/${device}.pem --key fleet/ec.key`
  const sent = await runProgram(`${line} -q 1 -r -t ${topic} -m '${payload}'`, { cwd })
  expect(sent).toEqual({ code: 0, stdout: '', stderr: '' })
}

/** The first messages of a subscription, sorted. */
async function readRetained(hub: TestHub, line: string, count: number): Promise<readonly string[]> {
  const words = `mosquitto_sub ${atHub(hub)} ${line} -v -q 1 -C ${count} -W 15`
  const { stdout, stderr } = await runProgram(words, { cwd: hub.folder })
  expect(stderr).toBe('')
  return stdout.trim().split('\n').toSorted()
}

async function readRegistry(hub: TestHub) {
  const items = async (path: string) => (await hub.api('GET', path)).json().items
  return {
    devices: await items('/api/devices'),
    certificates: (await items('/api/certificates')).map(({ fingerprint }: { fingerprint: string }) => fingerprint),
    policies: await items('/api/policies'),
  }
}
