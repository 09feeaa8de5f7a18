import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type HubProcess, linkProgram, startKillableHub } from '../support/hub-process.ts'
import { startSimulatedDevice } from '../support/simulated-device.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const FLEET = 50
// Switched off until the hub is there again: however fast the others are, it is killed in the middle.
const AWAY = 10
const PATIENCE_MS = 60_000

test('50 devices rotate through a hub that is killed in the middle, and each ends with one certificate', {
  timeout: 3 * PATIENCE_MS,
}, async () => {
  await using folder = await temporaryFolder()
  await linkProgram(folder.path)
  await using stack = new AsyncDisposableStack()
  let hub: HubProcess = await startKillableHub(folder.path)
  stack.defer(() => hub[Symbol.asyncDispose]())
  const token = (await readFile(join(folder.path, 'data', 'admin-token'), 'utf8')).trim()
  const ca = await readFile(join(folder.path, 'certs', 'ca-cert.pem'), 'utf8')

  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the JSON; a type would repeat it
  const call = async (method: string, path: string, body?: object): Promise<any> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers }
    const answer = await fetch(`http://localhost:${hub.apiPort}${path}`, init)
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  }

  const view = {
    get mqttPort() {
      return hub.mqttPort
    },
    ca,
    now: () => new Date(),
  }
  const names = Array.from({ length: FLEET }, (_, index) => `device-${index}`)
  const enrolled = await Promise.all(
    names.map(async (id) => {
      const { clientCert: cert, clientKey: key, fingerprint } = await call('POST', `/api/devices/certificates/${id}`)
      return { id, cert, key, fingerprint }
    }),
  )
  const switchOn = (some: typeof enrolled) =>
    some.map((one) => ({ ...one, device: stack.use(startSimulatedDevice(one, view)) }))
  const devices = switchOn(enrolled.slice(AWAY))
  await Promise.all(devices.map(({ device }) => device.said(/^renewal due/)))

  const { id } = await call('POST', '/api/rotations', { filter: { all: true }, perMinute: 1200 })
  const progressOf = async () => (await call('GET', `/api/rotations/${id}`)).progress
  await expect
    .poll(async () => (await progressOf()).connected, { timeout: PATIENCE_MS, interval: 100 })
    .toBeGreaterThanOrEqual(FLEET / 5)
  await hub.program.stop('SIGKILL')
  hub = await startKillableHub(folder.path)
  expect(await progressOf()).not.toMatchObject({ connected: FLEET })
  devices.push(...switchOn(enrolled.slice(0, AWAY)))
  await expect
    .poll(async () => (await call('GET', `/api/rotations/${id}`)).state, { timeout: PATIENCE_MS, interval: 500 })
    .toBe('finished')
  expect(await progressOf()).toEqual({ waiting: 0, told: 0, renewed: 0, connected: FLEET, late: 0 })
  for (const { id: deviceId, fingerprint, device } of devices) {
    const { certificates } = await call('GET', `/api/devices/certificates/${deviceId}?include=detail`)
    const active = certificates.filter(({ revokedAt }: { revokedAt: string | null }) => revokedAt === null)
    expect(active).toMatchObject([{ fingerprint: new X509Certificate(device.credentials.cert).fingerprint256 }])
    expect(certificates).toContainEqual(expect.objectContaining({ fingerprint, revocationReason: 'superseded' }))
  }
})
