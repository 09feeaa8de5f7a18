import { execFile } from 'node:child_process'
import { type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CaSigner, createKeySigner } from '../../src/ca/ca-signer.ts'
import {
  createCertificate,
  createSerialNumber,
  encodeTbsCertificate,
  signRootCertificate,
} from '../../src/ca/certificate.ts'
import { type CertificateRequest, type IssuerPlan, planCertificate } from '../../src/ca/certificate-profile.ts'
import { createIssuer } from '../../src/ca/issuer.ts'
import { generateKeyPair, KEY_ALGORITHMS, type KeyAlgorithm } from '../../src/ca/key-pair.ts'
import { DEFAULT_PROFILE, type LeafProfile } from '../../src/ca/leaf-profile.ts'
import { thumbprintOf } from '../../src/key-thumbprint.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { encodeByLibrary } from '../support/library-certificate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, printed, verify } from './openssl.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const LAST = new Date('2036-11-20T12:00:00Z')

const PUBLICATION = {
  distributionPoint: 'http://hub.example:8080/ca/crl.pem',
  ocsp: 'http://hub.example:8080/ocsp',
  caIssuers: 'http://hub.example:8080/ca.crt',
}

const PROFILE: LeafProfile = {
  ...DEFAULT_PROFILE,
  alternativeNames: ['URI:https://example.com/{device}', 'DNS:{device}.example.com'],
  extendedKeyUsage: ['clientAuth', 'eapOverLAN', '2.999.3', '1.3.6.1.4.1.99999.128.16384'],
}

const REQUESTS: readonly CertificateRequest[] = [
  { kind: 'root', name: 'Root, O=not another' },
  { kind: 'upper_root', name: 'Upper Root' },
  { kind: 'issuing_ca', name: 'Issuing CA' },
  { kind: 'server', names: ['hub.example', '*.hub.example', '192.0.2.7', '::1', '2001:db8::ff00:42:8329', '::'] },
  { kind: 'server', names: ['::ffff:192.0.2.1', '2001:db8:1:2:3:4:5:6', 'fe80::'] },
  { kind: 'device', deviceId: 'pump-1', userId: 'default' },
  { kind: 'device', deviceId: 'd'.repeat(64), userId: 'u'.repeat(64), profile: { ...DEFAULT_PROFILE } },
  { kind: 'device', deviceId: 'pump-1', userId: 'a:b@c', profile: PROFILE, validitySeconds: 3600 },
  { kind: 'service', name: 'ingest' },
  { kind: 'administrator', name: 'Ada Lovelace' },
  { kind: 'ocsp' },
]

interface Ca {
  readonly certificate: X509Certificate
  readonly signer: CaSigner
}

async function createCa(keyAlgorithm: KeyAlgorithm): Promise<Ca> {
  const { privateKey } = await generateKeyPair(keyAlgorithm)
  const signer = createKeySigner(privateKey)
  const { certificatePem } = await signRootCertificate(planCertificate({ kind: 'root', name: 'Root' }, NOW), signer)
  return { certificate: new X509Certificate(certificatePem), signer }
}

async function writeBoth(
  request: CertificateRequest,
  issuerPlan: IssuerPlan | undefined,
  { certificate, signer }: Ca,
  publicKey: KeyObject,
) {
  const plan = planCertificate(request, NOW, issuerPlan)
  const serialNumber = createSerialNumber(randomBytes(16))
  const library = { certificate, algorithm: signer.algorithm }
  return {
    ours: encodeTbsCertificate(plan, publicKey, createIssuer(certificate, signer), serialNumber).toString('hex'),
    theirs: (await encodeByLibrary(plan, publicKey, library, serialNumber)).toString('hex'),
  }
}

describe('what is signed is to the octet what another writer makes of the same plan', () => {
  for (const keyAlgorithm of KEY_ALGORITHMS) {
    test(`of each profile, with a key of ${keyAlgorithm} on both sides`, async () => {
      const [ca, { publicKey }] = [await createCa(keyAlgorithm), await generateKeyPair(keyAlgorithm)]
      for (const request of REQUESTS) {
        for (const issuerPlan of [undefined, { notAfter: LAST }, { notAfter: LAST, publication: PUBLICATION }]) {
          const { ours, theirs } = await writeBoth(request, issuerPlan, ca, publicKey)
          expect(ours, request.kind).toBe(theirs)
        }
      }
    })
  }

  test('whatever devices and users are called', async () => {
    const [ca, { publicKey }] = [await createCa('ec-p256'), await generateKeyPair('ec-p256')]
    const id = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 64,
    })
    await fc.assert(
      fc.asyncProperty(id, id, async (deviceId, userId) => {
        const { ours, theirs } = await writeBoth({ kind: 'device', deviceId, userId }, undefined, ca, publicKey)
        expect(ours).toBe(theirs)
      }),
      { numRuns: 100 },
    )
  })

  test('whatever servers are called', async () => {
    const [ca, { publicKey }] = [await createCa('ec-p256'), await generateKeyPair('ec-p256')]
    const names = fc.array(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(names, async (wanted) => {
        const { ours, theirs } = await writeBoth({ kind: 'server', names: wanted }, undefined, ca, publicKey)
        expect(ours).toBe(theirs)
      }),
      { numRuns: 100 },
    )
  })
})

describe('a leaf', () => {
  for (const { name, first, expected } of [
    { name: 'whose random octets begin with zero', first: 0x00, expected: /^40/ },
    { name: 'whose random octets would make it negative', first: 0xff, expected: /^7F/ },
  ]) {
    test(`${name} has a serial number of 16 octets`, async () => {
      expect(createSerialNumber(Buffer.concat([Buffer.from([first]), Buffer.alloc(15)]))).toMatch(expected)
    })
  }

  test('ends with its issuer, after 2049 too', async () => {
    const { signer } = await createCa('ec-p256')
    const now = new Date('2050-06-01T12:00:00Z')
    const notAfter = new Date('2051-01-01T00:00:00Z')
    const root = await signRootCertificate(
      { ...planCertificate({ kind: 'root', name: 'Late' }, now), notAfter },
      signer,
    )
    const issuer = createIssuer(new X509Certificate(root.certificatePem), signer)
    const plan = planCertificate({ kind: 'device', deviceId: 'd', userId: 'u' }, now, { notAfter })
    const { publicKey } = await generateKeyPair('ec-p256')
    const leaf = new X509Certificate((await createCertificate(plan, publicKey, issuer)).certificatePem)
    expect(new Date(leaf.validTo)).toEqual(notAfter)
    expect(new Date(leaf.validFrom)).toEqual(new Date('2050-06-01T11:55:00Z'))
  })

  test('is one that its issuer signed, by the parser of others, and is named as they name it', async () => {
    const { certificate, signer } = await createCa('ec-p256')
    const { publicKey } = await generateKeyPair('ec-p256')
    const plan = planCertificate({ kind: 'device', deviceId: 'd', userId: 'u' }, NOW)
    const { certificatePem, fingerprint, keyThumbprint } = await createCertificate(
      plan,
      publicKey,
      createIssuer(certificate, signer),
    )
    const leaf = new X509Certificate(certificatePem)
    expect(leaf.fingerprint256).toBe(fingerprint)
    expect(thumbprintOf(leaf.publicKey)).toBe(keyThumbprint)
    expect(leaf.checkIssued(certificate)).toBe(true)
    expect(leaf.verify(signer.publicKey)).toBe(true)
    expect(leaf.toString()).toBe(certificatePem)
  })
})

describe.skipIf(!hasOpenssl.available)(`every profile in the eyes of openssl ${hasOpenssl.reason}`, () => {
  for (const request of REQUESTS.filter(
    ({ kind }) => kind !== 'root' && kind !== 'upper_root' && kind !== 'issuing_ca',
  )) {
    test(`${request.kind} ${JSON.stringify(request).slice(0, 60)} passes the strict check`, async () => {
      await using folder = await temporaryFolder()
      const [ca, { publicKey }] = [await createCa('ec-p256'), await generateKeyPair('ec-p256')]
      const now = new Date()
      const issuerPlan = { notAfter: new Date(ca.certificate.validTo), publication: PUBLICATION }
      const plan = planCertificate(request, now, issuerPlan)
      const { certificatePem, serialNumber } = await createCertificate(
        plan,
        publicKey,
        createIssuer(ca.certificate, ca.signer),
      )
      const at = ['-attime', String(Math.ceil(Math.max(now.getTime(), NOW.getTime()) / 1000))]
      await verify(folder.path, ca.certificate.toString(), certificatePem, '-x509_strict', ...at)
      expect(await printed(folder.path, certificatePem)).toContain('Version: 3 (0x2)')
      expect(new X509Certificate(certificatePem).serialNumber).toBe(serialNumber)
    })
  }
})

describe('a leaf in the eyes of gnutls', () => {
  test('is read with all that it says, and its chain is good', async (context) => {
    needPrograms(context, 'certtool')
    await using folder = await temporaryFolder()
    const [{ certificate, signer }, { publicKey }] = [await createCa('ec-p256'), await generateKeyPair('ec-p256')]
    const issuerPlan = { notAfter: new Date(certificate.validTo), publication: PUBLICATION }
    const request = { kind: 'device', deviceId: 'pump-1', userId: 'ada', profile: PROFILE } as const
    const plan = planCertificate(request, new Date(), issuerPlan)
    const { certificatePem } = await createCertificate(plan, publicKey, createIssuer(certificate, signer))
    await writeFile(join(folder.path, 'leaf.pem'), certificatePem)
    await writeFile(join(folder.path, 'chain.pem'), certificatePem + String(certificate))
    const certtool = async (...args: readonly string[]): Promise<string> =>
      (await promisify(execFile)('certtool', args, { cwd: folder.path })).stdout
    const text = await certtool('--certificate-info', '--infile', 'leaf.pem')
    expect(text).toContain('URI: urn:signet:user:ada:device:pump-1')
    expect(text).toContain('DNSname: pump-1.example.com')
    expect(text).toContain(`URI: ${PUBLICATION.distributionPoint}`)
    expect(text).toContain('TLS WWW Client')
    expect(await certtool('--verify-chain', '--infile', 'chain.pem')).toContain('Verified. The certificate is trusted.')
  })
})
