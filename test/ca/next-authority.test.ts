import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readForeignCertificate } from '../../src/ca/foreign-certificate.ts'
import { generateKeyPair } from '../../src/ca/key-pair.ts'
import {
  createMemoryAuthority,
  createRootKeyMemory,
  MEMORY_STORAGE,
  openMemoryKey,
} from '../../src/ca/memory-authority.ts'
import { type AuthorityWish, type NextAuthority, prepareAuthority } from '../../src/ca/next-authority.ts'
import { systemClock } from '../../src/clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  CA_EXTENSIONS,
  createForeignCa,
  createForeignHierarchy,
  createForeignKey,
  hasOpenssl,
  openssl,
} from './openssl.ts'
import { recordedLog } from './recorded-log.ts'

const current = await createMemoryAuthority(systemClock)
const publications = { current: () => undefined, note: () => undefined }

function prepare(
  wish: AuthorityWish,
  options: Partial<Parameters<typeof prepareAuthority>[1]> = {},
): Promise<NextAuthority> {
  const rootKey = createRootKeyMemory()
  const defaults = {
    config: { hierarchy: 'single' },
    current,
    serverNames: ['localhost', '127.0.0.1'],
    rootKey,
    publications,
    storage: MEMORY_STORAGE,
    clock: systemClock,
    logger: recordedLog().logger,
  } as const
  return prepareAuthority(wish, { ...defaults, ...options })
}

describe('a CA that is made', () => {
  test('is its own root, of the algorithm that is wished for', async () => {
    const { authority } = await prepare({ keyAlgorithm: 'rsa-2048' })
    expect(authority.certificate.publicKey.asymmetricKeyType).toBe('rsa')
    expect(authority.path).toHaveLength(1)
    expect(authority.fingerprint).not.toBe(current.fingerprint)
  })

  test('has its key open, and in memory nothing that could be locked', async () => {
    const { authority, key } = await prepare({})
    expect(key).toMatchObject({ kind: 'memory', isLocked: false, isProtected: false })
    expect(() => key.lock()).toThrow(expect.objectContaining({ code: 'ca_key_in_clear' }))
    await using again = await openMemoryKey(authority, systemClock, recordedLog().logger)
    expect([again.isLocked, again.publicKey.equals(authority.certificate.publicKey)]).toEqual([false, true])
    const { issuer } = await authority.issueDevice('pump', 'default', {})
    expect(issuer).toBe(authority.fingerprint)
  })

  test('has a root above it, which signs the next one too', async () => {
    const rootKey = createRootKeyMemory()
    const config = { hierarchy: 'two_tier' } as const
    const first = await prepare({}, { config, rootKey })
    expect(first.authority.path).toHaveLength(2)
    const second = await prepare({}, { config, rootKey, current: first.authority })
    expect(second.authority.path[1]?.fingerprint256).toBe(first.authority.path[1]?.fingerprint256)
    const away = createRootKeyMemory()
    await expect(prepare({}, { config, rootKey: away, current: first.authority })).rejects.toMatchObject({
      code: 'root_key_missing',
    })
    await away.keep((await generateKeyPair('ec-p256')).privateKey)
    await expect(prepare({}, { config, rootKey: away, current: first.authority })).rejects.toMatchObject({
      code: 'key_mismatch',
    })
  })

  test('takes the key of a root that a start cut short has left', async () => {
    const rootKey = createRootKeyMemory()
    const { privateKey } = await generateKeyPair('ec-p256')
    await rootKey.keep(privateKey)
    const { authority } = await prepare({ hierarchy: 'two_tier' }, { rootKey })
    expect(await rootKey.read()).toBe(privateKey)
    expect(authority.path).toHaveLength(2)
  })
})

describe.skipIf(!hasOpenssl)('a CA that is brought', () => {
  const EC = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
  const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8')
  const pairOf = async (folder: string) => ({
    certificate: await read(folder, 'ca-cert.pem'),
    key: await read(folder, 'ca-key.pem'),
  })

  test('takes over with its chain, in one text or in two', async () => {
    await using folder = await temporaryFolder()
    await createForeignHierarchy(folder.path)
    const [{ certificate, key }, chain] = [await pairOf(folder.path), await read(folder.path, 'root-cert.pem')]
    for (const imported of [
      { certificate, key, chain },
      { certificate: certificate + chain, key },
    ]) {
      const { authority } = await prepare({ imported })
      expect(authority.subject).toBe('CN=Works Issuing')
      expect(authority.path).toHaveLength(2)
    }
    await expect(prepare({ imported: { certificate, key } })).rejects.toMatchObject({
      code: 'authority_unfit',
      message: expect.stringContaining('self-signed root'),
    })
  })

  test('is refused below a root whose path is too short for it', async () => {
    await using folder = await temporaryFolder()
    const short = CA_EXTENSIONS.map((line) => line.replace('CA:TRUE', 'CA:TRUE,pathlen:0'))
    await createForeignHierarchy(folder.path)
    await openssl(folder.path, 'pkey', '-in', 'ca-key.pem', '-out', 'issuing-key.pem')
    const issuing = await read(folder.path, 'ca-cert.pem')
    await writeFile(join(folder.path, 'short.cnf'), short.join('\n'))
    const from = ['-key', 'upper-key.pem', '-subj', '/CN=Works Root', '-config', 'req.cnf']
    const extensions = short.flatMap((line) => ['-addext', line])
    await openssl(folder.path, 'req', '-x509', '-days', '3650', ...from, ...extensions, '-out', 'short.pem')
    const imported = {
      certificate: issuing,
      key: await read(folder.path, 'issuing-key.pem'),
      chain: await read(folder.path, 'short.pem'),
    }
    await expect(prepare({ imported })).rejects.toMatchObject({
      message: expect.stringContaining('pathLenConstraint is 0'),
    })
  })

  test('is refused with a sentence where it cannot issue', async () => {
    await using folder = await temporaryFolder()
    await createForeignCa(folder.path, { key: EC })
    const good = await pairOf(folder.path)
    const stranger = await createForeignKey(folder.path, EC, 'stranger.pem')
    await createForeignCa(folder.path, { key: EC, extensions: ['basicConstraints=critical,CA:FALSE'] })
    const leaf = await pairOf(folder.path)
    await createForeignCa(folder.path, {
      key: EC,
      extensions: [...CA_EXTENSIONS.slice(0, 1), 'keyUsage=critical,cRLSign'],
    })
    const unsigning = await pairOf(folder.path)
    const [basic] = CA_EXTENSIONS
    await createForeignCa(folder.path, { key: EC, extensions: [basic, 'keyUsage=critical,keyCertSign'] })
    const unpublished = await pairOf(folder.path)
    const refusals: readonly [imported: { certificate: string; key: string }, sentence: string][] = [
      [{ ...good, key: stranger }, 'another key'],
      [leaf, 'is not the certificate of a CA'],
      [unsigning, 'keyCertSign'],
      [unpublished, 'cRLSign'],
      [{ certificate: 'hello', key: good.key }, 'holds no certificate'],
      [{ certificate: good.certificate, key: 'hello' }, 'holds no private key'],
    ]
    for (const [imported, sentence] of refusals) {
      await expect(prepare({ imported })).rejects.toMatchObject({
        code: 'authority_unfit',
        message: expect.stringContaining(sentence),
      })
    }
    const at = (days: number) => ({ clock: () => new Date(systemClock().getTime() + days * 86_400_000) })
    await expect(prepare({ imported: good }, at(4000))).rejects.toMatchObject({
      message: expect.stringContaining('expired'),
    })
    await expect(prepare({ imported: good }, at(-2))).rejects.toMatchObject({
      message: expect.stringContaining('not valid yet'),
    })
  })

  test.for([
    { constraint: 'nameConstraints=critical,permitted;DNS:example.com', whom: 'a server called localhost, 127.0.0.1' },
    { constraint: 'nameConstraints=critical,excluded;IP:127.0.0.0/255.0.0.0', whom: 'a server called localhost' },
    { constraint: 'extendedKeyUsage=clientAuth', whom: 'a server called localhost' },
    { constraint: 'nameConstraints=critical,permitted;URI:.example.com', whom: 'a device' },
  ])('is refused where peers would refuse what it signs: $constraint', async ({ constraint, whom }) => {
    await using folder = await temporaryFolder()
    await createForeignCa(folder.path, { key: EC, extensions: [...CA_EXTENSIONS, constraint] })
    const noted: Date[] = []
    const noting = { ...publications, note: (_: unknown, notAfter: Date) => void noted.push(notAfter) }
    await expect(prepare({ imported: await pairOf(folder.path) }, { publications: noting })).rejects.toMatchObject({
      code: 'authority_unfit',
      message: expect.stringContaining(`signs nothing for ${whom}`),
    })
    expect(noted).toEqual([])
  })

  test('takes over where its constraints leave room for what the hub is called, or shows', async () => {
    await using folder = await temporaryFolder()
    const extensions = [...CA_EXTENSIONS, 'nameConstraints=critical,permitted;DNS:example.com']
    await createForeignCa(folder.path, { key: EC, extensions })
    const imported = await pairOf(folder.path)
    for (const serverNames of [['hub.example.com', '192.0.2.1'], []]) {
      expect((await prepare({ imported }, { serverNames })).authority.subject).toContain('Works CA')
    }
  })

  test('is refused for a weak key, and a name that is taken or missing', async () => {
    await using folder = await temporaryFolder()
    await createForeignCa(folder.path, { key: ['genrsa', '1024'] })
    const weak = await read(folder.path, 'ca-cert.pem')
    expect(() => readForeignCertificate(weak, systemClock())).toThrow('RSA key of 1024 bits')
    await createForeignCa(folder.path, { key: EC })
    const good = await pairOf(folder.path)
    const { authority } = await prepare({ imported: good })
    await expect(prepare({ imported: good }, { current: authority })).rejects.toMatchObject({
      message: expect.stringContaining('has the name of the present one'),
    })
    await createForeignCa(folder.path, { key: EC, subject: ['-subj', '/'] })
    expect(() => readForeignCertificate(new X509Certificate(good.certificate).toString(), systemClock())).not.toThrow()
    const nameless = await read(folder.path, 'ca-cert.pem')
    expect(() => readForeignCertificate(nameless, systemClock())).toThrow('has no subject')
  })
})
