import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openAuthority } from '../../src/ca/authority-files.ts'
import { parseCertificates } from '../../src/ca/certificate-chain.ts'
import { openServerCertificate } from '../../src/ca/server-certificate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createForeignHierarchy, createForeignKey, hasOpenssl, openssl, verify } from './openssl.ts'
import { recordedLog } from './recorded-log.ts'

const START = Math.floor(Date.now() / 1000) * 1000
const DAY = 86_400_000

interface Wanted {
  readonly names?: readonly string[]
  readonly days?: number
  readonly keyAlgorithm?: 'rsa-2048' | 'ec-p256'
}

async function open(certsDir: string, { names = [], days = 0, keyAlgorithm }: Wanted = {}) {
  const { logger } = recordedLog()
  const clock = () => new Date(START + days * DAY)
  const { authority } = await openAuthority({ certsDir, clock, logger, ...(keyAlgorithm && { keyAlgorithm }) })
  return { authority, ...(await openServerCertificate({ certsDir, authority, names, clock, logger })) }
}

const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8')

describe('a first server certificate', () => {
  test('names localhost, its addresses and all that is wanted, once and in order', async () => {
    await using folder = await temporaryFolder()
    const server = await open(folder.path, {
      names: ['Hub.example', '10.0.0.7', 'localhost', 'hub.example', 'fe80::1'],
    })
    expect(server.created).toBe(true)
    expect(server.names).toEqual(['localhost', '127.0.0.1', '::1', 'hub.example', '10.0.0.7', 'fe80::1'])
    const certificate = new X509Certificate(server.certificatePem)
    expect(certificate.checkHost('hub.example')).toBe('hub.example')
    expect(certificate.checkHost('localhost')).toBe('localhost')
    for (const address of ['127.0.0.1', '::1', '10.0.0.7', 'fe80::1'])
      expect(certificate.checkIP(address)).toBe(address)
    expect(certificate.checkPrivateKey(createPrivateKey(server.keyPem))).toBe(true)
    expect(server.notAfter).toEqual(new Date(START + 365 * DAY))
    expect(await read(folder.path, 'server-cert.pem')).toBe(server.certificatePem)
    expect(await read(folder.path, 'server-key.pem')).toBe(server.keyPem)
    expect((await stat(join(folder.path, 'server-key.pem'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder.path, 'server-cert.pem'))).mode & 0o777).toBe(0o644)
    expect((await readdir(folder.path)).filter((name) => name.includes('previous'))).toEqual([])
  })

  test('has the key type of the CA', async () => {
    await using folder = await temporaryFolder()
    const { keyPem } = await open(folder.path, { keyAlgorithm: 'rsa-2048' })
    expect(createPrivateKey(keyPem).asymmetricKeyType).toBe('rsa')
  })

  test('costs, with the CA, well under half a second of this process', async () => {
    await using folder = await temporaryFolder()
    const begun = process.cpuUsage()
    await open(folder.path)
    const { user, system } = process.cpuUsage(begun)
    expect((user + system) / 1000).toBeLessThan(500)
  })

  test('refused/a name that is none, and nothing is written', async () => {
    await using folder = await temporaryFolder()
    await expect(open(folder.path, { names: ['a b'] })).rejects.toMatchObject({ code: 'profile_violation' })
    expect((await readdir(folder.path)).filter((name) => name.includes('server'))).toEqual([])
  })
})

describe('a server certificate that is there', () => {
  for (const { name, wanted } of [
    { name: 'at once', wanted: { names: ['hub'] } },
    { name: 'with fewer names wanted', wanted: { names: [] } },
    { name: 'just before two thirds of its life', wanted: { names: ['hub'], days: 243 } },
  ]) {
    test(`is kept, byte for byte, ${name}`, async () => {
      await using folder = await temporaryFolder()
      const first = await open(folder.path, { names: ['hub'] })
      const before = await stat(join(folder.path, 'server-cert.pem'))
      const second = await open(folder.path, wanted)
      expect(second).toMatchObject({ keyPem: first.keyPem, certificatePem: first.certificatePem, created: false })
      expect(second.names).toEqual(first.names)
      expect(second.notAfter).toEqual(first.notAfter)
      expect((await stat(join(folder.path, 'server-cert.pem'))).mtimeMs).toBe(before.mtimeMs)
    })
  }

  test('is followed by another where it was made while the clock was ahead, unless the CA is not valid yet either', async () => {
    await using folder = await temporaryFolder()
    await open(folder.path)
    const ahead = await open(folder.path, { days: 300 })
    const before = await open(folder.path, { days: -1 })
    expect(before).toMatchObject({ certificatePem: ahead.certificatePem, created: false })
    const right = await open(folder.path, { days: 1 })
    expect(right.created).toBe(true)
    expect(Date.parse(new X509Certificate(right.certificatePem).validFrom)).toBeLessThan(START + DAY)
    expect((await open(folder.path, { days: 1 })).created).toBe(false)
  })

  for (const { name, wanted, names } of [
    { name: 'past two thirds of its life', wanted: { days: 244 }, names: ['localhost', '127.0.0.1', '::1', 'hub'] },
    { name: 'past its end', wanted: { days: 400 }, names: ['localhost', '127.0.0.1', '::1', 'hub'] },
    {
      name: 'that lacks a name',
      wanted: { names: ['10.0.0.9'] },
      names: ['localhost', '127.0.0.1', '::1', '10.0.0.9', 'hub'],
    },
  ]) {
    test(`${name} is replaced, its names kept and the pair left beside`, async () => {
      await using folder = await temporaryFolder()
      const first = await open(folder.path, { names: ['hub'] })
      const second = await open(folder.path, wanted)
      expect(second.created).toBe(true)
      expect(second.names).toEqual(names)
      expect(second.keyPem).not.toBe(first.keyPem)
      expect(await read(folder.path, 'server-cert.pem')).toBe(second.certificatePem)
      expect(await read(folder.path, 'server-cert.previous.pem')).toBe(first.certificatePem)
      expect(await read(folder.path, 'server-key.previous.pem')).toBe(first.keyPem)
      expect((await open(folder.path, wanted)).created).toBe(false)
    })
  }

  test('of another CA is replaced, its names kept', async () => {
    await using folder = await temporaryFolder()
    const first = await open(folder.path, { names: ['hub'] })
    await rm(join(folder.path, 'ca-cert.pem'))
    await rm(join(folder.path, 'ca-key.pem'))
    const second = await open(folder.path)
    expect(second).toMatchObject({ created: true, names: ['localhost', '127.0.0.1', '::1', 'hub'] })
    expect(second.authority.fingerprint).not.toBe(first.authority.fingerprint)
    expect(new X509Certificate(second.certificatePem).verify(second.authority.certificate.publicKey)).toBe(true)
  })

  test('that was made for clients is replaced', async () => {
    await using folder = await temporaryFolder()
    const { authority } = await open(folder.path)
    const device = await authority.issueDevice('d', 'u', {})
    await writeFile(join(folder.path, 'server-cert.pem'), device.certificatePem)
    await writeFile(join(folder.path, 'server-key.pem'), device.privateKeyPem)
    expect(await open(folder.path)).toMatchObject({ created: true, names: ['localhost', '127.0.0.1', '::1'] })
  })

  test('that ends with its issuer is kept: a new one would live no longer', async () => {
    await using folder = await temporaryFolder()
    await open(folder.path)
    const last = await open(folder.path, { days: 3640 })
    expect(last).toMatchObject({ created: true, notAfter: last.authority.notAfter })
    expect((await open(folder.path, { days: 3649 })).created).toBe(false)
  })

  test('does not gather names without end', async () => {
    await using folder = await temporaryFolder()
    await open(folder.path, { names: Array.from({ length: 120 }, (_, index) => `old-${index}`) })
    const { names } = await open(folder.path, { names: ['hub'], days: 300 })
    expect(names).toHaveLength(100)
    expect(names.slice(0, 5)).toEqual(['localhost', '127.0.0.1', '::1', 'hub', 'old-0'])
  })

  for (const { name, spoil, code } of [
    {
      name: 'key readable by others',
      spoil: (at: string) => chmod(join(at, 'server-key.pem'), 0o604),
      code: 'file_permissions',
    },
    { name: 'key missing', spoil: (at: string) => rm(join(at, 'server-key.pem')), code: 'file_invalid' },
    { name: 'certificate missing', spoil: (at: string) => rm(join(at, 'server-cert.pem')), code: 'file_invalid' },
    {
      name: "the CA's key",
      spoil: async (at: string) => writeFile(join(at, 'server-key.pem'), await read(at, 'ca-key.pem')),
      code: 'key_mismatch',
    },
  ]) {
    test(`refused/${name}: ${code}`, async () => {
      await using folder = await temporaryFolder()
      await open(folder.path)
      await spoil(folder.path)
      await expect(open(folder.path)).rejects.toMatchObject({ code, message: expect.stringContaining(folder.path) })
    })
  }
})

describe.skipIf(!hasOpenssl.available)(`with files made by openssl ${hasOpenssl.reason}`, () => {
  test('the chain below an issuing CA leads any client that has the root to the server', async () => {
    await using folder = await temporaryFolder()
    await createForeignHierarchy(folder.path)
    const root = await read(folder.path, 'root-cert.pem')
    await writeFile(join(folder.path, 'ca-cert.pem'), (await read(folder.path, 'ca-cert.pem')) + root)
    const server = await open(folder.path)
    expect(parseCertificates(server.certificatePem, 'server-cert.pem')).toHaveLength(2)
    await writeFile(join(folder.path, 'sent.pem'), server.certificatePem)
    await verify(
      folder.path,
      root,
      server.certificatePem,
      '-x509_strict',
      '-untrusted',
      'sent.pem',
      '-purpose',
      'sslserver',
    )
    expect(await open(folder.path)).toMatchObject({ created: false, certificatePem: server.certificatePem })
  })

  test('an adopted leaf is sent with the issuing CA its file lacks, and stays as it is', async () => {
    await using folder = await temporaryFolder()
    await createForeignHierarchy(folder.path)
    const issuing = await read(folder.path, 'ca-cert.pem')
    await createForeignKey(folder.path, ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'], 'server-key.pem')
    await openssl(
      folder.path,
      'req',
      '-new',
      '-config',
      'req.cnf',
      '-key',
      'server-key.pem',
      '-subj',
      '/CN=hub',
      '-out',
      'csr.pem',
    )
    await writeFile(
      join(folder.path, 'server.cnf'),
      'subjectAltName=DNS:localhost,DNS:*.Works.example,IP:127.0.0.1,IP:::1,email:x@y.z',
    )
    const issuer = ['-CA', 'ca-cert.pem', '-CAkey', 'ca-key.pem', '-set_serial', '8', '-extfile', 'server.cnf']
    await openssl(folder.path, 'x509', '-req', '-in', 'csr.pem', '-days', '800', ...issuer, '-out', 'server-cert.pem')
    const leaf = await read(folder.path, 'server-cert.pem')
    const kept = await open(folder.path)
    expect(kept).toMatchObject({ created: false, names: ['localhost', '*.works.example', '127.0.0.1', '::1'] })
    expect(parseCertificates(kept.certificatePem, 'sent')).toHaveLength(2)
    expect(kept.certificatePem).toBe(leaf + issuing)
    expect(await read(folder.path, 'server-cert.pem')).toBe(leaf)
    const replaced = await open(folder.path, { names: ['hub'] })
    expect(replaced.names).toEqual(['localhost', '127.0.0.1', '::1', 'hub', '*.works.example'])
  })

  test('a certificate of the CA without names gets them', async () => {
    await using folder = await temporaryFolder()
    await open(folder.path)
    const device = await open(folder.path).then(({ authority }) => authority.issueService('s', {}))
    await writeFile(join(folder.path, 'server-cert.pem'), device.certificatePem)
    await writeFile(join(folder.path, 'server-key.pem'), device.privateKeyPem)
    expect((await open(folder.path)).names).toEqual(['localhost', '127.0.0.1', '::1'])
  })
})
