import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createRootCertificate, createSerialNumber } from '../../src/ca/certificate.ts'
import { planCertificate } from '../../src/ca/certificate-profile.ts'
import { generateKeyPair, type KeyAlgorithm } from '../../src/ca/key-pair.ts'
import { parseSerialNumber } from '../../src/identifiers.ts'
import { readPeerCertificate } from '../../src/peer-identity.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, printed, verify } from './openssl.ts'

async function createRoot(name: string, keyAlgorithm: KeyAlgorithm = 'ec-p256', now = new Date()) {
  return createRootCertificate(planCertificate({ kind: 'root', name }, now), await generateKeyPair(keyAlgorithm))
}

describe('a certificate', () => {
  test("is read by Node's parser as what we say of it", async () => {
    const root = await createRoot('Signet Root CA 1')
    const certificate = new X509Certificate(root.certificatePem)
    expect(root.certificatePem).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\n$/)
    expect(certificate.fingerprint256).toBe(root.fingerprint)
    expect(certificate.serialNumber).toBe(root.serialNumber)
    expect(new Date(certificate.validFrom)).toEqual(root.notBefore)
    expect(new Date(certificate.validTo)).toEqual(root.notAfter)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
  })

  test('keeps a name that looks like two as one', async () => {
    const { certificatePem } = await createRoot('device-001, CN=admin')
    const { commonNames } = readPeerCertificate(new X509Certificate(certificatePem))
    // Node prints the comma with a backslash
    expect(commonNames).toEqual(['device-001\\, CN=admin'])
  })

  test('may end after 2049, where the encoding of dates changes', async () => {
    // RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050
    const root = await createRoot('Late', 'ec-p256', new Date('2045-06-01T00:00:00Z'))
    expect(new Date(new X509Certificate(root.certificatePem).validTo)).toEqual(root.notAfter)
    expect(root.notAfter.getUTCFullYear()).toBe(2055)
  })
})

describe.skipIf(!hasOpenssl.available)(`a root in the eyes of openssl ${hasOpenssl.reason}`, () => {
  for (const { keyAlgorithm, signature } of [
    { keyAlgorithm: 'ec-p256', signature: 'ecdsa-with-SHA256' },
    { keyAlgorithm: 'rsa-2048', signature: 'sha256WithRSAEncryption' },
    { keyAlgorithm: 'ed25519', signature: 'ED25519' },
  ] as const) {
    test(`${keyAlgorithm}: meets the profile, is signed with ${signature} and passes the strict check`, async () => {
      await using folder = await temporaryFolder()
      const { certificatePem } = await createRoot('Root', keyAlgorithm)
      await verify(folder.path, certificatePem, certificatePem, '-x509_strict', '-check_ss_sig')
      const text = await printed(folder.path, certificatePem)
      expect(text).toContain(`Signature Algorithm: ${signature}`)
      expect(text).toMatch(/Basic Constraints: critical\n +CA:TRUE, pathlen:0\n/)
      expect(text).toMatch(/Key Usage: critical\n +Certificate Sign, CRL Sign\n/)
      expect(text).toContain('Subject Key Identifier')
      expect(text).not.toMatch(/Extended Key Usage|Alternative Name|Authority Key Identifier/)
    })
  }
})

describe('a serial number', () => {
  for (const octets of [
    new Uint8Array(16),
    new Uint8Array(16).fill(255),
    Uint8Array.from({ length: 16 }, (_, i) => i),
  ]) {
    test(`made from ${Buffer.from(octets).toString('hex')} has 16 octets and is positive`, () => {
      const serialNumber = createSerialNumber(octets)
      expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
      expect(parseSerialNumber(serialNumber)).toBe(serialNumber)
    })
  }
})
