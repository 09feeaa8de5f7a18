import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HubProcess, linkProgram, startKillableHub } from '../support/hub-process.ts'
import { nextMessage } from '../support/next-message.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

const createFleet = (size: number) => ({
  dryRun: false,
  policies: [{ name: 'sensors', rules: [] }],
  devices: Array.from({ length: size }, (_, number) => ({
    deviceId: `fleet-${number}`,
    policies: ['sensors'],
    certificates: [{ fingerprint: number.toString(16).padStart(64, '0') }],
  })),
})

test('of an import whose hub is killed in the middle nothing is left, and it can be made again', {
  timeout: 240_000,
}, async () => {
  // It takes seconds, and we ask in between for a small part of that: what else the machine does may hold us up, and not the hub.
  const size = 8_000
  const fleet = createFleet(size)
  await using folder = await temporaryFolder()
  await linkProgram(folder.path)
  await using stack = new AsyncDisposableStack()
  let hub: HubProcess = await startKillableHub(folder.path)
  stack.defer(() => hub[Symbol.asyncDispose]())
  const token = (await readFile(join(folder.path, 'data', 'admin-token'), 'utf8')).trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the JSON; a type would repeat it
  const ask = async (path: string, init: RequestInit = {}): Promise<any> =>
    (await fetch(`http://localhost:${hub.apiPort}${path}`, { ...init, headers })).json()
  const importFleet = () => ask('/api/import', { method: 'POST', body: JSON.stringify(fleet) })
  const list = async (path: string): Promise<readonly unknown[]> => (await ask(path)).items

  const answer = importFleet().then(
    () => 'answered',
    () => 'lost',
  )
  // Answered in between: it is at work, and far from its end.
  for (let asked = 0; asked < 2; asked++) expect(await list('/api/devices')).toEqual([])
  await hub.program.stop('SIGKILL')
  expect(await answer).toBe('lost')

  hub = await startKillableHub(folder.path)
  for (const path of ['/api/devices', '/api/certificates']) expect(await list(path)).toEqual([])
  expect((await ask('/api/policies/sensors')).code).toBe('policy_not_found')
  const { devices } = await importFleet()
  expect(devices).toHaveLength(size)
  expect(new Set(devices.map(({ action }: { action: string }) => action))).toEqual(new Set(['created']))
})

test('what a device sends while a fleet moves in is there before the fleet is', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump', { userId: 'ann' })
  const client = await hub.connect(pump, { clientId: 'pump' })
  const topic = 'users/ann/devices/pump/telemetry'
  await client.subscribeAsync(topic)
  const seen: string[] = []
  const imported = hub
    .api('POST', '/api/import', { body: createFleet(3_000) })
    .then(({ status }) => seen.push(`import ${status}`))
  for (let sent = 0; sent < 5; sent++) {
    const message = nextMessage(client)
    await client.publishAsync(topic, String(sent), { qos: 1 })
    seen.push((await message).payload)
  }
  await imported
  expect(seen).toEqual(['0', '1', '2', '3', '4', 'import 200'])
})
