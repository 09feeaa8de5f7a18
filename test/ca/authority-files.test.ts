import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type OpenAuthorityOptions, openAuthority } from '../../src/ca/authority-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  CA_EXTENSIONS,
  createForeignCa,
  createForeignHierarchy,
  type ForeignCa,
  hasOpenssl,
  verify,
} from './openssl.ts'
import { recordedLog } from './recorded-log.ts'

const YEAR = 365 * 86_400_000

const open = (certsDir: string, more: Partial<OpenAuthorityOptions> = {}) =>
  openAuthority({ certsDir, clock: () => new Date(), logger: recordedLog().logger, ...more })

/** Every file below the folder, with all that a second start must leave alone. */
async function snapshot(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    files.sort().map(async (path) => {
      const { mtimeMs, mode, ino } = await stat(path)
      return { path, text: await readFile(path, 'utf8'), mtimeMs, mode, ino }
    }),
  )
}

describe('an empty folder', () => {
  test('gets a CA, a copy for devices, and the modes that are promised', async () => {
    await using folder = await temporaryFolder()
    const certsDir = join(folder.path, 'new/certs')
    const log = recordedLog()
    const { authority, created } = await open(certsDir, { logger: log.logger })
    expect(created).toBe(true)
    expect(log.lines).toMatchObject([
      { level: 'info', msg: 'Certificate authority created', fingerprint: authority.fingerprint },
    ])
    const modes = {
      'ca-cert.pem': 0o644,
      'ca-key.pem': 0o600,
      devices: 0o755,
      'devices/ca-cert.pem': 0o644,
      '.': 0o755,
    }
    for (const [name, mode] of Object.entries(modes)) {
      expect((await stat(join(certsDir, name))).mode & 0o777, name).toBe(mode)
    }
    expect((await readdir(certsDir)).sort()).toEqual(['ca-cert.pem', 'ca-key.pem', 'devices'])
    expect(await readFile(join(certsDir, 'devices/ca-cert.pem'), 'utf8')).toBe(authority.caCertificatePem)
    expect(await readFile(join(certsDir, 'ca-cert.pem'), 'utf8')).toBe(authority.caCertificatePem)
    const certificate = new X509Certificate(authority.caCertificatePem)
    expect(authority.fingerprint).toBe(certificate.fingerprint256)
    expect(authority.subject).toBe(certificate.subject)
    expect(authority.subject).toMatch(/^CN=Signet Root CA [0-9a-f]{8}$/)
    expect(authority.notAfter).toEqual(new Date(certificate.validTo))
  })

  test('another folder gets a CA of another name', async () => {
    await using one = await temporaryFolder()
    await using two = await temporaryFolder()
    expect((await open(one.path)).authority.subject).not.toBe((await open(two.path)).authority.subject)
  })

  for (const { keyAlgorithm, type, warned } of [
    { keyAlgorithm: 'rsa-2048', type: 'rsa', warned: [] },
    {
      keyAlgorithm: 'ed25519',
      type: 'ed25519',
      warned: ['Ed25519 is in use: devices with mbedTLS cannot verify its signatures'],
    },
  ] as const) {
    test(`gets a CA with the key type that is asked for: ${keyAlgorithm}`, async () => {
      await using folder = await temporaryFolder()
      const log = recordedLog()
      const { authority } = await open(folder.path, { keyAlgorithm, logger: log.logger })
      expect(authority.certificate.publicKey.asymmetricKeyType).toBe(type)
      expect(authority.keyAlgorithm).toBe(keyAlgorithm)
      expect(log.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual(warned)
    })
  }
})

describe('a second start', () => {
  test('touches nothing', async () => {
    await using folder = await temporaryFolder()
    const first = await open(folder.path)
    const before = await snapshot(folder.path)
    const second = await open(folder.path)
    expect(second.created).toBe(false)
    expect(second.authority.fingerprint).toBe(first.authority.fingerprint)
    expect(await snapshot(folder.path)).toEqual(before)
  })

  test('mends the copy for devices', async () => {
    await using folder = await temporaryFolder()
    const { authority } = await open(folder.path)
    const copy = join(folder.path, 'devices/ca-cert.pem')
    await writeFile(copy, 'of yesterday')
    await open(folder.path)
    expect(await readFile(copy, 'utf8')).toBe(authority.caCertificatePem)
    await rm(copy)
    await open(folder.path)
    expect(await readFile(copy, 'utf8')).toBe(authority.caCertificatePem)
  })

  test('after kill -9 between key and certificate has the CA that was being made', async () => {
    await using folder = await temporaryFolder()
    await using other = await temporaryFolder()
    const { authority } = await open(other.path)
    await writeFile(join(folder.path, 'ca-key.pem'), await readFile(join(other.path, 'ca-key.pem')), { mode: 0o600 })
    await writeFile(join(folder.path, '.ca-cert.pem.new'), authority.caCertificatePem)
    expect((await open(folder.path)).authority.fingerprint).toBe(authority.fingerprint)
    expect((await readdir(folder.path)).sort()).toEqual(['ca-cert.pem', 'ca-key.pem', 'devices'])
  })
})

describe.skipIf(!hasOpenssl.available)(`a CA made by openssl ${hasOpenssl.reason}`, () => {
  const p256 = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
  for (const { name, ca, leafKey, strict = true } of [
    { name: 'RSA, PKCS#1', ca: { key: ['genrsa', '-traditional', '2048'] }, leafKey: 'rsa' },
    { name: 'RSA, PKCS#8', ca: { key: ['genrsa', '3072'] }, leafKey: 'rsa' },
    {
      name: 'P-256, SEC1 after its parameters',
      ca: { key: ['ecparam', '-name', 'prime256v1', '-genkey'] },
      leafKey: 'ec',
    },
    { name: 'P-384, SEC1', ca: { key: ['ecparam', '-name', 'secp384r1', '-genkey', '-noout'] }, leafKey: 'ec' },
    {
      name: 'P-521, PKCS#8',
      ca: { key: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'] },
      leafKey: 'ec',
    },
    { name: 'Ed25519', ca: { key: ['genpkey', '-algorithm', 'ED25519'] }, leafKey: 'ec' },
    {
      name: 'without a key identifier',
      ca: { key: p256, extensions: [...CA_EXTENSIONS.slice(0, 2), 'subjectKeyIdentifier=none'] },
      leafKey: 'ec',
      strict: false,
    },
    {
      name: 'without keyUsage',
      ca: { key: p256, extensions: ['basicConstraints=critical,CA:TRUE'] },
      leafKey: 'ec',
      strict: false,
    },
    {
      name: 'with a name in several alphabets',
      ca: {
        key: p256,
        subject: ['-utf8', '-subj', '/C=RU/O=Завод, "Прибор"+OU=№ 1/CN=Главный УЦ/emailAddress=ca@zavod.example'],
      },
      leafKey: 'ec',
    },
    {
      name: 'with a name in an old string type',
      ca: { key: p256, subject: ['-utf8', '-subj', '/O=Münchner Werke/CN=Köln'], settings: 'string_mask = MASK:0x4' },
      leafKey: 'ec',
    },
    {
      name: 'with a key identifier of its own making',
      ca: { key: p256, extensions: [...CA_EXTENSIONS.slice(0, 2), 'subjectKeyIdentifier=0102030405'] },
      leafKey: 'ec',
    },
  ] as const satisfies readonly { name: string; ca: ForeignCa; leafKey: string; strict?: boolean }[]) {
    test(`ok/${name}: is adopted untouched, and what it issues verifies`, async () => {
      await using folder = await temporaryFolder()
      await createForeignCa(folder.path, ca)
      const before = (await snapshot(folder.path)).filter(({ path }) => /ca-(cert|key)\.pem$/.test(path))
      const { authority, created } = await open(folder.path)
      expect(created).toBe(false)
      expect(
        (await snapshot(folder.path)).filter(
          ({ path }) => /\/ca-(cert|key)\.pem$/.test(path) && !path.includes('devices'),
        ),
      ).toEqual(before)
      const device = await authority.issueDevice('aa:bb', 'default', { validitySeconds: 3650 * 86_400 })
      expect(new X509Certificate(device.certificatePem).publicKey.asymmetricKeyType).toBe(leafKey)
      expect(device.notAfter.getTime()).toBeLessThanOrEqual(authority.notAfter.getTime())
      const strictly = strict ? ['-x509_strict'] : []
      await verify(folder.path, authority.caCertificatePem, device.certificatePem, ...strictly, '-purpose', 'sslclient')
      const server = await authority.issueServer(['localhost'])
      await verify(folder.path, authority.caCertificatePem, server.certificatePem, ...strictly, '-purpose', 'sslserver')
    })
  }

  test('ok/an issuing CA before its root: the first signs, both are handed out', async () => {
    await using folder = await temporaryFolder()
    await createForeignHierarchy(folder.path)
    const [issuing, root] = await Promise.all(
      ['ca-cert.pem', 'root-cert.pem'].map((name) => readFile(join(folder.path, name), 'utf8')),
    )
    await writeFile(join(folder.path, 'ca-cert.pem'), `${issuing}${root}`)
    const log = recordedLog()
    const { authority } = await open(folder.path, { logger: log.logger })
    expect(authority.caCertificatePem).toBe(`${issuing}${root}`)
    expect(authority.subject).toBe('CN=Works Issuing')
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([])
    const device = await authority.issueDevice('d', 'u', {})
    await verify(folder.path, authority.caCertificatePem, device.certificatePem, '-x509_strict')
  })

  test('a CA that may not sign CRLs is a warning', async () => {
    await using folder = await temporaryFolder()
    const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign']
    await createForeignCa(folder.path, { key: p256, extensions })
    const log = recordedLog()
    await open(folder.path, { logger: log.logger })
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ msg: /lacks cRLSign/ }])
  })

  test('an issuing CA without its root is a warning', async () => {
    await using folder = await temporaryFolder()
    await createForeignHierarchy(folder.path)
    const log = recordedLog()
    await open(folder.path, { logger: log.logger })
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { msg: /does not reach a self-signed root/ },
    ])
  })

  test('refused/the root before its issuing CA: the key belongs to the first', async () => {
    await using folder = await temporaryFolder()
    await createForeignHierarchy(folder.path)
    const [issuing, root] = await Promise.all(
      ['ca-cert.pem', 'root-cert.pem'].map((name) => readFile(join(folder.path, name), 'utf8')),
    )
    await writeFile(join(folder.path, 'ca-cert.pem'), `${root}${issuing}`)
    await expect(open(folder.path)).rejects.toMatchObject({ code: 'key_mismatch' })
  })
})

describe('a CA that cannot be used', () => {
  for (const { name, spoil, code, sentence } of [
    {
      name: 'key missing',
      spoil: (at: string) => rm(join(at, 'ca-key.pem')),
      code: 'file_invalid',
      sentence: /ca-key\.pem is missing/,
    },
    {
      name: 'certificate missing',
      spoil: (at: string) => rm(join(at, 'ca-cert.pem')),
      code: 'file_invalid',
      sentence: /ca-cert\.pem is missing/,
    },
    {
      name: 'key readable by others',
      spoil: (at: string) => chmod(join(at, 'ca-key.pem'), 0o644),
      code: 'file_permissions',
      sentence: /chmod 600 \/.*\/ca-key\.pem$/,
    },
    {
      name: 'key cut short',
      spoil: (at: string) => writeFile(join(at, 'ca-key.pem'), '-----BEGIN PRIVATE KEY-----\nMIG'),
      code: 'file_invalid',
      sentence: /ca-key\.pem is cut short/,
    },
    {
      name: 'certificate empty',
      spoil: (at: string) => writeFile(join(at, 'ca-cert.pem'), ''),
      code: 'file_invalid',
      sentence: /ca-cert\.pem holds no certificate/,
    },
    {
      name: 'a folder in place of the key',
      spoil: (at: string) => rm(join(at, 'ca-key.pem')).then(() => mkdir(join(at, 'ca-key.pem'))),
      code: 'file_unreachable',
      sentence: /ca-key\.pem: it is a folder/,
    },
    {
      name: 'links to a volume that is not mounted',
      spoil: (at: string) =>
        rm(join(at, 'ca-key.pem')).then(() => symlink('/mnt/nowhere/ca-key.pem', join(at, 'ca-key.pem'))),
      code: 'file_unreachable',
      sentence: /mount or restore its target/,
    },
  ]) {
    test(`refused/${name}: says so, and nothing is overwritten`, async () => {
      await using folder = await temporaryFolder()
      await open(folder.path)
      await spoil(folder.path)
      const before = await snapshot(folder.path)
      await expect(open(folder.path)).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) })
      expect(await snapshot(folder.path)).toEqual(before)
    })
  }

  test('refused/the key of another CA', async () => {
    await using one = await temporaryFolder()
    await using two = await temporaryFolder()
    await Promise.all([open(one.path), open(two.path)])
    await writeFile(join(one.path, 'ca-key.pem'), await readFile(join(two.path, 'ca-key.pem')))
    await expect(open(one.path)).rejects.toMatchObject({
      code: 'key_mismatch',
      message: expect.stringMatching(/ca-key\.pem .*ca-cert\.pem/),
    })
  })

  test('refused/a server certificate in its place', async () => {
    await using folder = await temporaryFolder()
    const { authority } = await open(folder.path)
    const server = await authority.issueServer(['hub'])
    await writeFile(join(folder.path, 'ca-cert.pem'), server.certificatePem)
    await writeFile(join(folder.path, 'ca-key.pem'), server.privateKeyPem)
    await expect(open(folder.path)).rejects.toMatchObject({ code: 'file_invalid' })
  })

  test('refused/past its notAfter by the clock we are given', async () => {
    await using folder = await temporaryFolder()
    await open(folder.path)
    const later = () => new Date(Date.now() + 11 * YEAR)
    await expect(open(folder.path, { clock: later })).rejects.toMatchObject({
      code: 'issuer_expired',
      message: expect.stringContaining(join(folder.path, 'ca-cert.pem')),
    })
  })

  test('a clock that is behind is a warning', async () => {
    await using folder = await temporaryFolder()
    await open(folder.path)
    const log = recordedLog()
    await open(folder.path, { clock: () => new Date(0), logger: log.logger })
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'CA is not yet valid: check the clock of this machine' }),
    )
  })

  test('refused/the folder is a file', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'certs'), '')
    await expect(open(join(folder.path, 'certs'))).rejects.toMatchObject({ code: 'file_unreachable' })
    await expect(open(join(folder.path, 'certs/below'))).rejects.toMatchObject({ code: 'file_unreachable' })
  })
})
