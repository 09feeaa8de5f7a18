import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSealed } from '../../src/ca/sealed-key.ts'
import { encryptCheaply } from '../support/cheap-guesses.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const PASSPHRASE = 'correct horse battery staple'
const CA = { passphrase: PASSPHRASE } as const

const unlock = (hub: TestHub, passphrase: string | undefined = PASSPHRASE) =>
  hub.api('POST', '/api/ca/unlock', { body: { passphrase } })

const stateOf = async (hub: TestHub) => (await hub.api('GET', '/api/ca')).json()

async function warningOf(hub: TestHub, name: string): Promise<string | undefined> {
  const { checks } = (await hub.api('GET', '/readyz', { token: null })).json()
  return checks.find((check: { readonly name: string }) => check.name === name).warning
}

/** The numbers of the CRL in force, and what is on it. */
async function readList(hub: TestHub): Promise<string> {
  const { status, text } = await hub.api('GET', '/pki/ca.crl.pem', { token: null })
  return `${status} ${text}`
}

test('a CA whose key is locked issues nothing, and all else goes on', async () => {
  await using folder = await temporaryFolder()
  const { pump, meter, serverCertificate } = await enrolTwo(folder.path)

  // Started without the passphrase.
  await using hub = await startTestHub({
    folder: folder.path,
    settings: { public_host: 'new.example.com', ca: { renew_before: '366d' } },
  })
  expect(await stateOf(hub)).toMatchObject({
    state: 'locked',
    cause: { code: 'passphrase_missing', detail: expect.stringContaining('signet ca unlock') },
    keyStore: 'file',
    encrypted: true,
    keyAlgorithm: 'ec-p256',
  })
  const ready = await hub.api('GET', '/readyz', { token: null })
  expect(ready.status).toBe(200)
  expect(await warningOf(hub, 'ca_key')).toContain('signet ca show')

  // Devices connect and speak, to the certificate there was, though it lacks the new name.
  expect(hub.hub.serverNames).not.toContain('new.example.com')
  expect(await readFile(join(hub.certsDir, 'server-cert.pem'), 'utf8')).toBe(serverCertificate)
  const client = await hub.connect(pump, { clientId: 'pump' })
  await client.publishAsync('users/default/devices/pump/telemetry', '1', { qos: 1 })

  // Nothing is issued, and nothing is left of the attempt.
  for (const [method, path, body] of [
    ['POST', '/api/devices/certificates/third', undefined],
    ['POST', '/api/admin-certificates', { name: 'eva' }],
    ['POST', '/api/server-certificates', { names: ['emqx.example.com'] }],
    ['POST', '/api/server-certificates/renew', undefined],
  ] as const) {
    const answer = await hub.api(method, path, body ? { body } : {})
    expect([path, answer.status, answer.json().code]).toEqual([path, 503, 'ca_locked'])
    expect(answer.json().detail).toContain('signet ca unlock')
    expect(answer.text).not.toContain(folder.path)
  }
  const renewal = await hub.api('POST', '/api/devices/self/certificate/renew', { credentials: meter, token: null })
  expect([renewal.status, renewal.json().code]).toEqual([503, 'ca_locked'])
  expect((await hub.api('GET', '/api/devices/third')).status).toBe(404)

  // A revocation cuts at once; the list that was published last says so as soon as it can be signed.
  const before = await readList(hub)
  expect(before).toMatch(/^200 -----BEGIN X509 CRL/)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  expect((await hub.api('DELETE', '/api/devices/certificates/pump')).status).toBe(200)
  await closed
  expect(await readList(hub)).toBe(before)
  expect(await warningOf(hub, 'revocation_list')).toContain('CRL')

  const events: string[] = []
  using _unlocked = hub.hub.events.subscribe('ca.unlocked', () => events.push('unlocked'))
  using _locked = hub.hub.events.subscribe('ca.locked', ({ cause }) => events.push(`locked: ${cause}`))
  using exchanged = new Awaited(hub)
  expect((await unlock(hub)).json()).toMatchObject({ state: 'unlocked', cause: null })
  expect(await readList(hub)).not.toBe(before)
  // What waited for the key is made up for.
  await exchanged.certificate
  expect(hub.hub.serverNames).toContain('new.example.com')
  expect(await warningOf(hub, 'ca_key')).toBeUndefined()
  expect(await warningOf(hub, 'revocation_list')).toBeUndefined()
  await hub.enrol('third')

  expect((await hub.api('POST', '/api/ca/lock')).json()).toMatchObject({
    state: 'locked',
    cause: { code: 'ca_locked' },
  })
  expect((await hub.api('POST', '/api/devices/certificates/fourth')).status).toBe(503)
  expect(events).toEqual(['unlocked', 'locked: ca_locked'])
  expect(hub.log.text).not.toContain(PASSPHRASE)
  expect(hub.log.lines.filter(({ msg }) => msg === 'Background work failed')).toEqual([])
})

test('a wrong passphrase locks, is told apart, and may be tried five times a minute', async () => {
  await using folder = await temporaryFolder()
  await createProtected(folder.path)
  const guess = 'a guess that is wrong'
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { passphrase: guess } } })
  expect(await stateOf(hub)).toMatchObject({ state: 'locked', cause: { code: 'passphrase_wrong' } })
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const answer = await unlock(hub, guess)
    expect([answer.status, answer.json().code]).toEqual([403, 'passphrase_wrong'])
    expect(answer.text).not.toContain(guess)
  }
  // The right one, too.
  expect((await unlock(hub)).json()).toMatchObject({ status: 429, code: 'too_many_attempts' })
  hub.clock.advance(60_000)
  expect((await unlock(hub)).status).toBe(200)
  expect(hub.log.text).not.toContain(guess)
})

test('a key in the clear cannot be locked', async () => {
  await using hub = await startTestHub()
  expect(await stateOf(hub)).toMatchObject({ state: 'unlocked', keyStore: 'file', encrypted: false })
  expect((await hub.api('POST', '/api/ca/lock')).json()).toMatchObject({ status: 409, code: 'ca_key_in_clear' })
  expect((await hub.enrol('pump')).fingerprint).toBeTruthy()
})

test('only administrators lock and unlock; auditors may see', async () => {
  await using hub = await startTestHub()
  const tokenOf = async (role: string): Promise<string> =>
    (await hub.api('POST', '/api/tokens', { body: { name: role, role } })).json().token
  const [operator, auditor] = [await tokenOf('operator'), await tokenOf('auditor')]
  expect((await hub.api('GET', '/api/ca', { token: auditor })).status).toBe(200)
  for (const path of ['/api/ca/lock', '/api/ca/unlock']) {
    expect((await hub.api('POST', path, { token: operator })).status).toBe(403)
  }
})

test('without a certificate to show, a hub whose key is locked says what it needs', async () => {
  await using folder = await temporaryFolder()
  await createProtected(folder.path)
  for (const name of ['server-cert.pem', 'server-key.pem']) await rm(join(folder.path, 'certs', name))
  await expect(startTestHub({ folder: folder.path })).rejects.toMatchObject({
    code: 'ca_locked',
    message: expect.stringContaining('ca.passphrase_file'),
  })
})

/** A hub that has stopped, with its key under the passphrase. */
async function createProtected(path: string): Promise<void> {
  await using hub = await startTestHub({ folder: path })
  await encryptCheaply(hub.certsDir, PASSPHRASE)
}

/** A hub that had its key from the first start on, with two devices and a list. */
async function enrolTwo(path: string) {
  await using hub = await startTestHub({ folder: path, settings: { ca: CA } })
  const keyFile = join(hub.certsDir, 'ca-key.pem')
  expect(isSealed(await readFile(keyFile, 'utf8'))).toBe(true)
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  const [pump, meter] = [await hub.enrol('pump'), await hub.enrol('meter')]
  expect(new X509Certificate(pump.cert).checkPrivateKey(createPrivateKey(pump.key))).toBe(true)
  await readList(hub)
  expect(hub.log.text).not.toContain(PASSPHRASE)
  return { pump, meter, serverCertificate: await readFile(join(hub.certsDir, 'server-cert.pem'), 'utf8') }
}

/** The next certificate that HTTPS shows. */
class Awaited implements Disposable {
  readonly certificate: Promise<void>
  readonly #subscription: Disposable

  constructor({ hub }: TestHub) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.certificate = promise
    this.#subscription = hub.events.subscribe(
      'certificate.exchanged',
      ({ surface }) => surface === 'https' && resolve(),
    )
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}
