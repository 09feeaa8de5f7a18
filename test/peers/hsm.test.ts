import { createPublicKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRootKeyPair } from '../../src/ca/root-key-pair.ts'
import { systemClock } from '../../src/clock.ts'
import { createForeignKey, openssl } from '../ca/openssl.ts'
import { loadLibrary, needSoftHsm, openSoftHsm, PIN, type SoftHsm } from '../support/soft-hsm.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const stateOf = async (hub: TestHub) => (await hub.api('GET', '/api/ca')).json()

for (const { keyAlgorithm, type } of [
  { keyAlgorithm: 'ec-p256', type: 'ec' },
  { keyAlgorithm: 'rsa-2048', type: 'rsa' },
] as const) {
  test(`a CA whose ${keyAlgorithm} key was made in an HSM signs all that a CA signs`, {
    timeout: 240_000,
  }, async (context) => {
    needSoftHsm(context)
    await using hsm = await openSoftHsm()
    const settings = { ca: { hsm: hsm.settings, key_algorithm: keyAlgorithm }, public_host: 'localhost' }
    await using hub = await startTestHub({ settings })
    expect(await stateOf(hub)).toMatchObject({ state: 'unlocked', keyStore: 'hsm', encrypted: true, keyAlgorithm })
    expect(existsSync(join(hub.certsDir, 'ca-key.pem'))).toBe(false)
    expect(new X509Certificate(hub.ca).publicKey.asymmetricKeyType).toBe(type)

    const pump = await hub.enrol('pump')
    const csr = await createRequest(hub.folder)
    const certified = await hub.api('POST', '/api/devices/meter/certificates/csr', { body: { csr } })
    expect(certified.status).toBe(201)
    await hub.api('DELETE', '/api/devices/certificates/meter')

    await save(hub, { 'pump.pem': pump.cert, 'meter.pem': certified.json().clientCert, 'crl.pem': await readList(hub) })
    await verifyStrictly(hub, 'pump.pem', '-purpose', 'sslclient')
    await verifyStrictly(hub, join('certs', 'server-cert.pem'), '-purpose', 'sslserver')
    await verifyStrictly(hub, join('certs', 'ca-cert.pem'), '-check_ss_sig')
    await verifyStrictly(hub, 'pump.pem', '-crl_check', '-CRLfile', 'crl.pem')
    await expect(verifyStrictly(hub, 'meter.pem', '-crl_check', '-CRLfile', 'crl.pem')).rejects.toThrow(/revoked/)

    // Devices are let in, and many at a time are served by the one session.
    const client = await hub.connect(pump, { clientId: 'pump' })
    expect(client.connected).toBe(true)
    const many = await Promise.all(Array.from({ length: 20 }, (_, index) => hub.enrol(`many-${index}`)))
    expect(new Set(many.map(({ fingerprint }) => fingerprint)).size).toBe(20)
    expect(hub.log.text).not.toContain(PIN)
  })
}

test('a CA in an HSM has no successor: a rotation is refused, and nothing has changed', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using hub = await startTestHub({ settings: { ca: { hsm: hsm.settings } } })
  const pair = await createRootKeyPair(systemClock)
  for (const body of [{}, { hierarchy: 'two_tier' }, { certificate: pair.certificatePem, key: pair.keyPem }]) {
    const answer = await hub.api('POST', '/api/ca/rotation', { body })
    expect([answer.status, answer.json().code]).toEqual([409, 'ca_key_in_hsm'])
  }
  expect(existsSync(join(hub.certsDir, 'root-key.pem'))).toBe(false)
  expect((await hub.api('GET', '/api/ca/authorities')).json().items).toHaveLength(1)
  expect((await hub.enrol('pump')).fingerprint).toBeTruthy()
})

test('the key cannot leave the token', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using _hub = await startTestHub({ settings: { ca: { hsm: hsm.settings } } })
  const crypto = new (loadLibrary().Crypto)({ library: hsm.settings.module })
  crypto.login(PIN)
  const ids = (await crypto.keyStorage.keys()).filter((id) => id.startsWith('private-'))
  expect(ids).toHaveLength(1)
  const key = await crypto.keyStorage.getItem(ids[0] ?? '')
  const attributes = key.key as unknown as Record<'extractable' | 'sensitive' | 'neverExtractable', boolean>
  const { extractable, sensitive, neverExtractable } = attributes
  expect({ extractable, sensitive, neverExtractable }).toEqual({
    extractable: false,
    sensitive: true,
    neverExtractable: true,
  })
  await expect(crypto.subtle.exportKey('pkcs8', key)).rejects.toThrow(/not extractable/)
  crypto.session.close()
})

test('a key that is in the token already becomes that of the CA, and is found again', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using folder = await temporaryFolder()
  const settings = { ca: { hsm: hsm.settings } }
  const first = await startTestHub({ folder: folder.path, settings })
  const { ca } = first
  await first[Symbol.asyncDispose]()
  await (async () => {
    await using again = await startTestHub({ folder: folder.path, settings })
    expect(again.ca).toBe(ca)
    await again.enrol('pump')
  })()
  // Another hub, without a certificate: the same key, another root.
  await using other = await startTestHub({ settings })
  const [one, two] = [ca, other.ca].map((pem) => createPublicKey(pem).export({ type: 'spki', format: 'pem' }))
  expect(two).toBe(one)
})

test('a session that ends under the hub is opened again, with one login for all who wait', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using hub = await startTestHub({ settings: { ca: { hsm: hsm.settings } } })
  for (const round of ['a', 'b', 'c', 'd']) {
    const enrolled = Promise.all(Array.from({ length: 8 }, (_, index) => hub.enrol(`${round}-${index}`)))
    endSessions(hsm)
    await enrolled
  }
  expect(await stateOf(hub)).toMatchObject({ state: 'unlocked' })
  expect(hub.log.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('a token that is gone locks the CA, and one that is back unlocks it', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using hub = await startTestHub({ settings: { ca: { hsm: hsm.settings } } })
  const pump = await hub.enrol('pump')
  const [here, away] = [join(hsm.folder, 'tokens'), join(hsm.folder, 'away')]
  endSessions(hsm)
  await rename(here, away)
  const refused = await hub.api('POST', '/api/devices/certificates/meter')
  expect(refused.json()).toMatchObject({ status: 503, code: 'ca_locked' })
  expect(await stateOf(hub)).toMatchObject({ state: 'locked', cause: { code: 'hsm_unavailable' } })
  expect((await hub.connect(pump, { clientId: 'pump' })).connected).toBe(true)

  await rename(away, here)
  await hub.hub.sweep()
  expect(await stateOf(hub)).toMatchObject({ state: 'unlocked' })
  await hub.enrol('meter')
})

test('a wrong PIN locks the CA, is tried once, and is mended by the right one', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using folder = await temporaryFolder()
  const { pin: _, ...withoutPin } = hsm.settings
  await (await startTestHub({ folder: folder.path, settings: { ca: { hsm: hsm.settings } } }))[Symbol.asyncDispose]()
  const wrong = { ...withoutPin, pin: '00000000' }
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { hsm: wrong } } })
  expect(await stateOf(hub)).toMatchObject({ state: 'locked', cause: { code: 'passphrase_wrong' } })
  await hub.hub.sweep()
  expect(await stateOf(hub)).toMatchObject({ state: 'locked', cause: { code: 'passphrase_wrong' } })
  expect((await hub.api('POST', '/api/ca/unlock', { body: { passphrase: PIN } })).status).toBe(200)
  await hub.enrol('pump')
  expect((await hub.api('POST', '/api/ca/lock')).json()).toMatchObject({ state: 'locked' })
  expect((await hub.api('POST', '/api/devices/certificates/meter')).status).toBe(503)
  expect(hub.log.text).not.toContain(PIN)
})

test('without a PIN the hub starts locked, and asks for none', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using folder = await temporaryFolder()
  const { pin: _, ...withoutPin } = hsm.settings
  await expect(startTestHub({ settings: { ca: { hsm: withoutPin } } })).rejects.toMatchObject({
    code: 'passphrase_missing',
  })
  await (await startTestHub({ folder: folder.path, settings: { ca: { hsm: hsm.settings } } }))[Symbol.asyncDispose]()
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { hsm: withoutPin } } })
  expect(await stateOf(hub)).toMatchObject({ state: 'locked', cause: { code: 'passphrase_missing' } })
})

test('a token, a key or a library that is not there is named', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using folder = await temporaryFolder()
  const start = (changes: Partial<SoftHsm['settings']>, path?: string) =>
    startTestHub({ ...(path ? { folder: path } : {}), settings: { ca: { hsm: { ...hsm.settings, ...changes } } } })
  for (const [changes, sentence] of [
    [{ token_label: 'elsewhere' }, /no token labelled elsewhere/],
    [{ module: '/nowhere.so' }, /\/nowhere\.so/],
  ] as const) {
    await expect(start(changes)).rejects.toMatchObject({
      code: 'hsm_unavailable',
      message: expect.stringMatching(sentence),
    })
  }
  await (await start({}, folder.path))[Symbol.asyncDispose]()
  await using hub = await start({ key_label: 'other' }, folder.path)
  expect(await stateOf(hub)).toMatchObject({
    cause: { code: 'hsm_unavailable', detail: expect.stringContaining('other') },
  })
})

test('another key under the label of the CA is refused', async (context) => {
  needSoftHsm(context)
  await using folder = await temporaryFolder()
  {
    await using hsm = await openSoftHsm()
    await (await startTestHub({ folder: folder.path, settings: { ca: { hsm: hsm.settings } } }))[Symbol.asyncDispose]()
  }
  await using hsm = await openSoftHsm()
  await (await startTestHub({ settings: { ca: { hsm: hsm.settings } } }))[Symbol.asyncDispose]()
  await expect(startTestHub({ folder: folder.path, settings: { ca: { hsm: hsm.settings } } })).rejects.toMatchObject({
    code: 'key_mismatch',
  })
})

test('one of several tokens of a label is found by its slot', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await hsm.addToken('signet')
  await expect(startTestHub({ settings: { ca: { hsm: hsm.settings } } })).rejects.toMatchObject({
    code: 'hsm_unavailable',
    message: expect.stringContaining('several tokens labelled signet'),
  })
  const { module } = new (loadLibrary().Crypto)({ library: hsm.settings.module }).slot
  const slot = module.getSlots(true).items(1).handle.readUInt32LE(0)
  await using hub = await startTestHub({ settings: { ca: { hsm: { ...hsm.settings, slot } } } })
  await hub.enrol('pump')
})

test('a key file beside the CA of an HSM is told of, and without a certificate refused', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  await using folder = await temporaryFolder()
  const settings = { ca: { hsm: hsm.settings } }
  const certs = join(folder.path, 'certs')
  await mkdir(certs)
  await writeFile(join(certs, 'ca-key.pem'), 'a key', { mode: 0o600 })
  await expect(startTestHub({ folder: folder.path, settings })).rejects.toMatchObject({ code: 'file_invalid' })
  await rename(join(certs, 'ca-key.pem'), join(folder.path, 'kept'))
  await (await startTestHub({ folder: folder.path, settings }))[Symbol.asyncDispose]()
  await rename(join(folder.path, 'kept'), join(certs, 'ca-key.pem'))
  await using hub = await startTestHub({ folder: folder.path, settings })
  expect(hub.log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { msg: expect.stringContaining('is not used'), mend: expect.stringContaining('move it away') },
  ])
})

/** As a restart of the token does. */
function endSessions({ settings }: SoftHsm): void {
  const { slot } = new (loadLibrary().Crypto)({ library: settings.module })
  const { module } = slot
  const slots = module.getSlots(true)
  for (let index = 0; index < slots.length; index += 1) {
    const one = slots.items(index) as unknown as { closeAll(): void }
    one.closeAll()
  }
}

async function createRequest(folder: string): Promise<string> {
  await createForeignKey(folder, ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'], 'meter-key.pem')
  await openssl(folder, 'req', '-new', '-key', 'meter-key.pem', '-subj', '/CN=meter', '-out', 'meter.csr')
  return readFile(join(folder, 'meter.csr'), 'utf8')
}

async function readList(hub: TestHub): Promise<string> {
  return (await hub.api('GET', '/pki/ca.crl.pem', { token: null })).text
}

async function save(hub: TestHub, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(hub.folder, name), text)
}

function verifyStrictly(hub: TestHub, file: string, ...flags: readonly string[]): Promise<string> {
  return openssl(hub.folder, 'verify', '-x509_strict', ...flags, '-CAfile', join('certs', 'ca-cert.pem'), file)
}
