import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCertificateFolder } from '../../../src/cli/import/certificate-folder.ts'
import { planCertificates } from '../../../src/cli/import/certificate-source.ts'
import { createForeignCa, SERVER_AUTH } from '../../support/certificate-maker.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const ca = await createForeignCa('CN=Works CA')

async function fill(path: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  await mkdir(join(path, 'fleet/nested'), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, 'fleet', name), text)
}

describe('a folder of certificates', () => {
  test('is read whole: PEM, DER, several in a file, below keys, and in nested folders', async () => {
    await using folder = await temporaryFolder()
    const [a, b, c, d] = await Promise.all(['a', 'b', 'c', 'd'].map((name) => ca.make({ commonNames: [name] })))
    if (!a || !b || !c || !d) throw new Error('unreachable')
    await fill(folder.path, {
      'a.pem': `Bag Attributes\n${a.key}${a.cert}`,
      'nested/b.der': Buffer.from(new X509Certificate(b.cert).raw),
      'both.crt': `${c.cert}\n${d.cert}`.replaceAll('\n', '\r\n'),
      'notes.txt': a.cert,
    })
    const { certificates, leftOut } = await readCertificateFolder('fleet', folder.path)
    expect(certificates.map(({ path, contents }) => [path, ...contents.commonNames])).toEqual([
      ['a.pem', 'a'],
      ['both.crt', 'c'],
      ['both.crt', 'd'],
      ['nested/b.der', 'b'],
    ])
    expect(certificates[0]?.pem).toBe(String(new X509Certificate(a.cert)))
    expect(leftOut).toEqual([])
  })

  test('has what is no device named, and keys passed over and counted', async () => {
    await using folder = await temporaryFolder()
    const device = await ca.make({ commonNames: ['a'] })
    const server = await ca.make({ commonNames: ['localhost'], purposes: [SERVER_AUTH] })
    const damaged = device.cert.replace(/\n[^-\n]{20}/, '\n')
    await fill(folder.path, {
      'a-key.pem': device.key,
      'b-key.pem': createPrivateKey(device.key).export({ type: 'sec1', format: 'pem' }),
      'a-key.der': Buffer.from([0x30, 0x82, 1, 2, 2, 1, 0, 4]),
      'ca.pem': ca.pem,
      'damaged.pem': damaged,
      'empty.pem': '',
      'huge.pem': `${device.cert}${'#'.repeat(1_048_576)}`,
      'server.pem': server.cert,
    })
    const { certificates, leftOut } = await readCertificateFolder('fleet', folder.path)
    expect(certificates).toEqual([])
    expect(leftOut).toEqual([
      'ca.pem: the certificate of a CA',
      'damaged.pem: a certificate in it is damaged',
      'empty.pem: it holds no certificate',
      'huge.pem: it holds no certificate',
      "server.pem: a server's certificate",
      'private keys, which are not read: 3 files',
    ])
  })

  test('that is not there is named', async () => {
    await expect(readCertificateFolder('gone', '/')).rejects.toThrow('gone cannot be read: ENOENT')
  })
})

test('a device has all certificates of its name; one without a name is called by its file', async () => {
  await using folder = await temporaryFolder()
  const [first, second] = await Promise.all([1, 2].map(() => ca.make({ commonNames: ['a'] })))
  const nameless = await ca.make({ commonNames: [] })
  await fill(folder.path, { 'a1.pem': first?.cert ?? '', 'a2.pem': second?.cert ?? '', 'odd.pem': nameless.cert })
  const found = await readCertificateFolder('fleet', folder.path)
  const { devices } = planCertificates(found, 'ann')
  expect(devices).toMatchObject([
    { deviceId: 'a', userId: 'ann', certificates: [{}, {}] },
    { deviceId: 'odd', userId: 'ann', certificates: [{}] },
  ])
  expect(planCertificates(found).devices.map(({ userId }) => userId)).toEqual([undefined, undefined])
})
