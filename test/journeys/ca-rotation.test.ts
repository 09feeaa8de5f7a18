import { X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { runRestore, saveBackup } from '../support/backups.ts'
import { openHubCa } from '../support/certificate-maker.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

async function trusted(hub: TestHub): Promise<string> {
  return (await hub.api('GET', '/api/devices/certificates/ca/certificate')).json().caCert
}

function count(pem: string): number {
  return pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0
}

test('one CA follows another under the feet of a fleet, and nobody loses a connection until the old one is retired', async () => {
  await using hub = await startTestHub()
  const [moved, old] = [await hub.enrol('moved'), await hub.enrol('old')]
  const movedClient = await hub.connect(moved, { clientId: 'moved' })
  const oldClient = await hub.connect(old, { clientId: 'old' })

  const begun = await hub.api('POST', '/api/ca/rotation', { body: { keyAlgorithm: 'rsa-2048' } })
  expect(begun.status).toBe(201)
  const both = await trusted(hub)
  expect(both).toContain(hub.ca.trim())
  expect(count(both)).toBe(2)
  for (const file of ['ca-cert.pem', 'devices/ca-cert.pem']) {
    expect(await readFile(join(hub.certsDir, file), 'utf8')).toBe(both)
  }
  expect((await hub.api('POST', '/api/ca/rotation')).json()).toMatchObject({ status: 409, code: 'rotation_underway' })

  // Whoever was given the old CA alone finds the hub, in new connections too; so does one who has both.
  const next = await hub.enrol('moved')
  expect(new X509Certificate(next.cert).issuer).toBe(new X509Certificate(both).subject)
  const replaced = closed(movedClient)
  const again = await hub.connect(next, { clientId: 'moved', ca: both })
  await replaced
  expect((await hub.api('GET', '/api/ca/rotation')).json()).toMatchObject({
    underway: true,
    since: expect.any(String),
    current: { fingerprint: begun.json().current.fingerprint },
    retiring: { fingerprint: new X509Certificate(hub.ca).fingerprint256 },
    dependents: { device: 1, service: 0, administrator: 0, server: 0 },
    moved: { issued: 1, connected: 1 },
    items: [{ kind: 'device', id: 'old', fingerprint: old.fingerprint }],
    nextCursor: null,
  })

  const refused = (await hub.api('POST', '/api/ca/rotation/retire')).json()
  expect(refused).toMatchObject({ status: 409, code: 'authority_in_use', dependents: '1' })
  expect(refused.detail).toContain('device old')
  expect([oldClient.connected, again.connected]).toEqual([true, true])

  const cut = closed(oldClient)
  expect((await hub.api('POST', '/api/ca/rotation/retire', { body: { force: true } })).status).toBe(200)
  await cut
  expect(again.connected).toBe(true)
  await expect(hub.connect(old, { clientId: 'old', ca: both })).rejects.toMatchObject({ code: 5 })
  expect((await hub.connect(next, { clientId: 'moved', ca: both })).connected).toBe(true)
})

test('a device renews its certificate with its old one at any time of the overlap, and gets both CAs', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const renew = () =>
    hub.api('POST', '/api/devices/self/certificate/renew', { credentials: pump, token: null, body: {} })
  expect((await renew()).json()).toMatchObject({ code: 'renewal_too_early' })
  await hub.api('POST', '/api/ca/rotation')
  const renewed = (await renew()).json()
  expect(renewed.caCert).toBe(await trusted(hub))
  expect(new X509Certificate(renewed.clientCert).issuer).toBe(new X509Certificate(renewed.caCert).subject)
})

test('what the old CA signed and nobody registered is let in during the overlap, and never after it', async () => {
  await using hub = await startTestHub({ settings: { ca: { unknown: 'auto' } } })
  const ca = await openHubCa(hub)
  const [early, late] = [await ca.make({ commonNames: ['early'] }), await ca.make({ commonNames: ['late'] })]
  await hub.api('POST', '/api/ca/rotation')
  await hub.connect(early, { clientId: 'early' })
  expect((await hub.api('GET', '/api/ca/rotation')).json().items).toMatchObject([{ id: 'early' }])
  const both = await trusted(hub)
  await hub.api('POST', '/api/ca/rotation/retire', { body: { force: true } })
  await expect(hub.connect(late, { clientId: 'late', ca: both })).rejects.toThrow('Not authorized')
  const refusals = await hub.hub.fetch(new Request('https://localhost/api/diagnostics/refusals'))
  expect(await refusals.json()).toMatchObject({ items: [{ cause: 'issuer_unknown' }] })
})

describe('a hub that is started again', () => {
  test('in the overlap goes on with it: the old CA vouches for it, the new one issues', async () => {
    await using folder = await temporaryFolder()
    const before = await rotated(folder.path)
    await using hub = await startTestHub({ folder: folder.path })
    expect(hub.ca).toBe(before.both)
    expect((await hub.connect(before.old, { clientId: 'old', ca: before.ca })).connected).toBe(true)
    expect((await hub.api('GET', '/api/ca/rotation')).json()).toMatchObject({
      underway: true,
      dependents: { device: 1 },
    })
    expect(new X509Certificate((await hub.enrol('new')).cert).issuer).toBe(new X509Certificate(before.both).subject)
  })

  for (const { name, begin } of [
    {
      name: 'after the old key was put away, and not yet its certificate',
      async begin(certs: string) {
        const [id] = (await readdir(join(certs, 'retired'))).filter((file) => file.endsWith('-cert.pem'))
        await rename(join(certs, 'retired', id ?? ''), join(certs, 'ca-cert.previous.pem'))
      },
    },
    { name: 'after the retirement', begin: async () => undefined },
  ]) {
    test(`${name} has one CA`, async () => {
      await using folder = await temporaryFolder()
      const { both } = await rotated(folder.path, { force: true })
      const certs = join(folder.path, 'certs')
      await begin(certs)
      await using hub = await startTestHub({ folder: folder.path })
      expect(count(hub.ca)).toBe(1)
      expect(both.startsWith(hub.ca)).toBe(true)
      expect((await hub.api('GET', '/api/ca/rotation')).json()).toMatchObject({ underway: false, items: [] })
      expect((await readdir(certs)).toSorted()).toEqual([
        'ca-cert.pem',
        'ca-key.pem',
        'devices',
        'retired',
        'server-cert.pem',
        'server-cert.previous.pem',
        'server-key.pem',
        'server-key.previous.pem',
      ])
      expect(await readdir(join(certs, 'retired'))).toHaveLength(2)
      expect((await hub.api('GET', '/api/ca/authorities')).json().items).toMatchObject([
        { state: 'issuing', retiredAt: null },
        { state: 'retired', retiredAt: expect.any(String) },
      ])
    })
  }
})

/** A hub that was stopped in the overlap, or, forced, after it; with one device of the old CA. */
async function rotated(folder: string, retirement?: object) {
  await using hub = await startTestHub({ folder })
  const old = await hub.enrol('old')
  await hub.api('POST', '/api/ca/rotation')
  const both = await trusted(hub)
  if (retirement) expect((await hub.api('POST', '/api/ca/rotation/retire', { body: retirement })).status).toBe(200)
  return { ca: hub.ca, both, old }
}

test('the whole of it is done from the command line', async () => {
  await using hub = await startTestHub()
  await hub.enrol('old')
  const signet = (line: string) => run({ argv: ['ca', ...line.split(' ')], cwd: hub.folder })
  expect((await signet('rotation')).stdout).toContain('none is underway')
  expect((await signet('rotate --key-algorithm ec-p256')).stdout).toMatch(/^Issues now {3}CN=Signet Root CA/)
  const shown = await signet('rotation')
  expect(shown.stdout).toMatch(/Still depend +1\n\nKIND .*\ndevice +old /s)
  expect(JSON.parse((await signet('rotation --json')).stdout)).toMatchObject({ items: [{ id: 'old' }] })
  expect(await signet('retire')).toMatchObject({ code: 1, stderr: expect.stringContaining('device old') })
  expect((await signet('retire --force')).stdout).toMatch(/^Retired /)
  expect((await signet('list')).stdout).toMatch(/issuing .*\nretired /)
  expect(await signet('retire')).toMatchObject({ code: 1, stderr: expect.stringContaining('no old CA') })
})

test('a renewal whose answer was lost before the rotation is repeated by the new CA', async () => {
  await using hub = await startTestHub({ settings: { ca: { renew_before: 400 * 86_400 } } })
  const pump = await hub.enrol('pump')
  hub.clock.advance(86_400_000)
  const { csr } = await createSigningRequest('pump')
  const renew = async () =>
    (
      await hub.api('POST', '/api/devices/self/certificate/renew', { credentials: pump, token: null, body: { csr } })
    ).json()
  const lost = await renew()
  expect((await renew()).fingerprint).toBe(lost.fingerprint)
  await hub.api('POST', '/api/ca/rotation')
  const renewed = await renew()
  expect(new X509Certificate(renewed.clientCert).issuer).toBe(new X509Certificate(renewed.caCert).subject)
  expect((await renew()).fingerprint).toBe(renewed.fingerprint)
})

test('a backup of the overlap brings both CAs back', async () => {
  await using folder = await temporaryFolder()
  let pump: Enrolled
  let both: string
  {
    await using hub = await startTestHub({ folder: folder.path })
    pump = await hub.enrol('pump')
    await hub.api('POST', '/api/ca/rotation')
    both = await trusted(hub)
    await saveBackup(hub)
  }
  for (const name of ['certs', 'data']) await rm(join(folder.path, name), { recursive: true })
  expect(await runRestore(folder.path, 'hub.backup')).toMatchObject({ code: 0, stderr: '' })
  await using hub = await startTestHub({ folder: folder.path })
  expect(await trusted(hub)).toBe(both)
  expect((await hub.connect(pump, { clientId: 'pump', ca: both })).connected).toBe(true)
  expect((await hub.api('GET', '/api/ca/rotation')).json()).toMatchObject({ underway: true, dependents: { device: 1 } })
})

test('a CA is not retired while the certificate of the hub itself cannot be renewed', async () => {
  await using hub = await startTestHub()
  await hub.api('POST', '/api/ca/rotation')
  const inTheWay = join(hub.certsDir, '.server-key.pem.new')
  await mkdir(join(inTheWay, 'x'), { recursive: true })
  const refused = (await hub.api('POST', '/api/ca/rotation/retire')).json()
  expect(refused).toMatchObject({ code: 'file_unreachable', detail: expect.stringContaining('could not be renewed') })
  expect((await hub.api('GET', '/api/ca/rotation')).json()).toMatchObject({ underway: true })
  await rm(inTheWay, { recursive: true })
  expect(await hub.api('POST', '/api/ca/rotation/retire')).toMatchObject({ status: 200 })
})
