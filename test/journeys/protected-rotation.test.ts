import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSealed } from '../../src/ca/sealed-key.ts'
import { shortFingerprint } from '../../src/identifiers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const PASSPHRASE = 'correct horse battery staple'
const CA = { passphrase: PASSPHRASE, hierarchy: 'two_tier' } as const

const rotate = (hub: TestHub) => hub.api('POST', '/api/ca/rotation')
const retire = (hub: TestHub) => hub.api('POST', '/api/ca/rotation/retire', { body: { force: true } })
const unlock = (hub: TestHub) => hub.api('POST', '/api/ca/unlock', { body: { passphrase: PASSPHRASE } })

const isKeySealed = async (hub: TestHub, name: string): Promise<boolean> =>
  isSealed(await readFile(join(hub.certsDir, name), 'utf8'))

async function listOf(hub: TestHub, fingerprint: string): Promise<string> {
  const path = `/pki/authorities/${shortFingerprint(fingerprint)}/ca.crl.pem`
  const { status, text } = await hub.api('GET', path, { token: null })
  return `${status} ${text}`
}

test('every key of an encrypted CA is encrypted, locked and unlocked with it', { timeout: 240_000 }, async () => {
  await using folder = await temporaryFolder()
  const before = await (async () => {
    await using hub = await startTestHub({ folder: folder.path, settings: { ca: CA } })
    const pump = await hub.enrol('pump')
    const previous = hub.hub.caFingerprint
    expect((await rotate(hub)).status).toBe(201)
    expect(hub.hub.caFingerprint).not.toBe(previous)
    for (const name of ['ca-key.pem', 'ca-key.previous.pem', 'root-key.pem']) {
      expect([name, await isKeySealed(hub, name)]).toEqual([name, true])
    }
    await hub.enrol('meter')
    const lists = [await listOf(hub, previous), await listOf(hub, hub.hub.caFingerprint)]
    return { pump, previous, current: hub.hub.caFingerprint, lists }
  })()

  // Started without the passphrase: neither signs, and both show the list that they published last.
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { hierarchy: 'two_tier' } } })
  expect(hub.hub.caFingerprint).toBe(before.current)
  const lists = async () => [await listOf(hub, before.previous), await listOf(hub, before.current)]
  expect(await lists()).toEqual(before.lists)
  expect(before.lists.map((text) => text.slice(0, 30))).toEqual(Array(2).fill('200 -----BEGIN X509 CRL-----\nM'))
  const client = await hub.connect(before.pump, { clientId: 'pump' })
  const events: string[] = []
  using _unlocked = hub.hub.events.subscribe('ca.unlocked', () => events.push('unlocked'))
  using _locked = hub.hub.events.subscribe('ca.locked', () => events.push('locked'))

  // Nobody is cut off by a retirement that could not be ended.
  expect((await retire(hub)).json()).toMatchObject({ status: 503, code: 'ca_locked' })
  expect(client.connected).toBe(true)
  expect((await unlock(hub)).json()).toMatchObject({ state: 'unlocked', fingerprint: before.current })
  for (const list of await lists()) expect(before.lists).not.toContain(list)
  await hub.enrol('third')
  expect((await hub.api('POST', '/api/ca/lock')).json()).toMatchObject({ state: 'locked' })
  expect((await hub.api('POST', '/api/devices/certificates/fourth')).status).toBe(503)
  expect((await unlock(hub)).status).toBe(200)
  expect(events).toEqual(['unlocked', 'locked', 'unlocked'])
  expect((await retire(hub)).status).toBe(200)
  const last = await listOf(hub, before.previous)
  expect(last).toMatch(/^200 -----BEGIN X509 CRL/)

  // The passphrase was typed and forgotten: the next key could not be encrypted.
  expect((await rotate(hub)).json()).toMatchObject({ status: 400, code: 'passphrase_missing' })
  expect((await hub.api('POST', '/api/ca/lock')).status).toBe(200)
  expect((await rotate(hub)).json()).toMatchObject({ status: 503, code: 'ca_locked' })
  expect(hub.hub.caFingerprint).toBe(before.current)
  expect(await listOf(hub, before.previous)).toBe(last)
  expect(hub.log.text).not.toContain(PASSPHRASE)
})

test('keys that lay in the clear through a rotation are encrypted with the first passphrase', async () => {
  await using folder = await temporaryFolder()
  const previous = await (async () => {
    await using hub = await startTestHub({ folder: folder.path })
    const fingerprint = hub.hub.caFingerprint
    await rotate(hub)
    expect((await hub.api('POST', '/api/ca/lock')).json()).toMatchObject({ code: 'ca_key_in_clear' })
    return fingerprint
  })()
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { passphrase: PASSPHRASE } } })
  expect([await isKeySealed(hub, 'ca-key.pem'), await isKeySealed(hub, 'ca-key.previous.pem')]).toEqual([true, true])
  expect(await listOf(hub, previous)).toMatch(/^200 /)
  expect((await retire(hub)).status).toBe(200)
})

test('a copy of the key that a rotation cut short has left does not stay in the clear', async () => {
  await using folder = await temporaryFolder()
  await (async () => {
    await using hub = await startTestHub({ folder: folder.path })
    for (const name of ['ca-key', 'ca-cert']) {
      const copy = join(hub.certsDir, `${name}.previous.pem`)
      await writeFile(copy, await readFile(join(hub.certsDir, `${name}.pem`)), { mode: 0o600 })
    }
  })()
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { passphrase: PASSPHRASE } } })
  expect(await isKeySealed(hub, 'ca-key.previous.pem')).toBe(true)
  expect((await rotate(hub)).status).toBe(201)
})
