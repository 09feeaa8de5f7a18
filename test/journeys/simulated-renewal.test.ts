import { createPrivateKey, X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createKeyRequest } from '../../src/ca/key-request.ts'
import { run } from '../cli/terminal.ts'
import { startSimulatedDevice } from '../support/simulated-device.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000
const OWN = 'users/default/devices/pump'

async function statesOf(hub: TestHub): Promise<readonly string[]> {
  const { certificates } = (await hub.api('GET', '/api/devices/certificates/pump?include=detail')).json()
  return certificates.map((one: Readonly<Record<string, unknown>>) => one['revocationReason'] ?? 'active')
}

function view(hub: TestHub) {
  return { mqttPort: hub.hub.mqttPort, ca: hub.ca, now: hub.clock.now }
}

test('a simulated device renews when two thirds of its life are over, and comes back with the new certificate', async () => {
  await using hub = await startTestHub()
  const enrolled = await hub.enrol('pump', { validityDays: 30 })
  hub.clock.advance(22 * DAY_MS)
  await using device = startSimulatedDevice(enrolled, view(hub))
  await device.said(/^certificate renewed until /)
  await device.said(/^renewal due /)
  expect(device.credentials.key).not.toBe(enrolled.key)
  await expect.poll(() => statesOf(hub)).toEqual(['active', 'superseded'])
})

test('asked to, it renews at once; refused, it goes on as it is', async () => {
  await using hub = await startTestHub()
  const enrolled = await hub.enrol('pump', { validityDays: 30 })
  await using device = startSimulatedDevice(enrolled, view(hub))
  await device.said(/^renewal due /)
  await hub.api('POST', '/api/publish', { body: { topicName: `${OWN}/certificate/renew`, payload: '', qos: 1 } })
  expect(await device.said(/^renewal refused/)).toMatch(/renewal_too_early: This certificate may be renewed from /)
  expect(device.credentials.cert).toBe(enrolled.cert)
  expect(await statesOf(hub)).toEqual(['active'])
})

test('told twice at once, it asks twice for one key, and takes what comes', async () => {
  await using hub = await startTestHub()
  const enrolled = await hub.enrol('pump', { validityDays: 30 })
  hub.clock.advance(22 * DAY_MS)
  // It is due by itself, and finds this as soon as it has subscribed.
  const told = { topicName: `${OWN}/certificate/renew`, payload: 'now', qos: 1, retain: true }
  await hub.api('POST', '/api/publish', { body: told })
  let keys = 0
  await using device = startSimulatedDevice(enrolled, view(hub), async () => {
    keys++
    await device.said(/^asked to renew/)
    return createKeyRequest('pump')
  })
  await device.said(/^certificate renewed until /)
  expect(keys).toBe(1)
  expect(device.credentials.key).not.toBe(enrolled.key)
})

test('without a key it asks for none, and asks when it is told again', async () => {
  await using hub = await startTestHub()
  const enrolled = await hub.enrol('pump', { validityDays: 30 })
  hub.clock.advance(22 * DAY_MS)
  let keys = 0
  await using device = startSimulatedDevice(enrolled, view(hub), async () => {
    if (keys++ === 0) throw new Error('no entropy')
    return createKeyRequest('pump')
  })
  await device.said(/^renewal not asked for: Error: no entropy/)
  await hub.api('POST', '/api/publish', { body: { topicName: `${OWN}/certificate/renew`, payload: '', qos: 1 } })
  await device.said(/^certificate renewed until /)
})

test('a certificate for a key of somebody else is not taken, nor an answer that is none', async () => {
  await using hub = await startTestHub()
  const enrolled = await hub.enrol('pump', { validityDays: 30 })
  await using device = startSimulatedDevice(enrolled, view(hub))
  await device.said(/^renewal due /)
  const answer = (payload: string) =>
    hub.api('POST', '/api/publish', { body: { topicName: `${OWN}/certificate/response`, payload, qos: 1 } })
  await answer(JSON.stringify({ clientCert: enrolled.cert, notAfter: 'x' }))
  await device.said(/^certificate ignored/)
  await answer('{')
  await device.said(/^renewal failed: SyntaxError/)
  expect(device.credentials.cert).toBe(enrolled.cert)
})

test('signet simulate writes key and certificate where it found the old ones', async () => {
  await using hub = await startTestHub()
  const target = ['--certs-dir', hub.certsDir, '--data-dir', hub.dataDir]
  expect(await run({ argv: ['device', 'add', 'pump', ...target], cwd: hub.folder })).toMatchObject({ code: 0 })
  const path = (name: string): string => join(hub.certsDir, 'devices', `pump-${name}.pem`)
  const before = await readFile(path('cert'), 'utf8')
  const named = '--user-id default --device-id pump --telemetry-seconds 0 --mqtt-secure-port'.split(' ')
  const files = ['--cert-path', path('cert'), '--key-path', path('key'), '--ca-path', join(hub.certsDir, 'ca-cert.pem')]
  const signals = new EventEmitter()
  const renewed = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const finished = run({
    argv: ['simulate', ...named, String(hub.hub.mqttPort), ...files],
    cwd: hub.folder,
    signals,
    onOutput(text) {
      if (text.includes('renewal due')) asked.resolve()
      if (text.includes('certificate renewed')) renewed.resolve()
    },
  })
  await asked.promise
  hub.clock.advance(300 * DAY_MS)
  await hub.api('POST', '/api/publish', { body: { topicName: `${OWN}/certificate/renew`, payload: '', qos: 1 } })
  await renewed.promise
  const certificate = new X509Certificate(await readFile(path('cert')))
  expect(certificate.raw).not.toEqual(new X509Certificate(before).raw)
  expect(certificate.checkPrivateKey(createPrivateKey(await readFile(path('key'))))).toBe(true)
  expect((await stat(path('key'))).mode & 0o777).toBe(0o600)
  signals.emit('SIGTERM')
  expect((await finished).code).toBe(0)
})
