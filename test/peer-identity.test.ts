import 'reflect-metadata'
import { webcrypto, X509Certificate } from 'node:crypto'
import { type JsonName, X509CertificateGenerator } from '@peculiar/x509'
import { beforeAll, describe, expect, test } from 'vitest'
import { readPeerCertificate } from '../src/peer-identity.ts'
import { type CertificateMaker, createForeignCa } from './support/certificate-maker.ts'

let ca: CertificateMaker
beforeAll(async () => {
  ca = await createForeignCa('CN=Somebody')
})

test('a certificate is read with fingerprint, names, serial number and dates', async () => {
  const notBefore = new Date('2026-11-02T03:04:05Z')
  const notAfter = new Date('2049-12-31T23:59:59Z')
  const certificate = await make({ commonNames: ['device-001'], notBefore, notAfter })
  expect(readPeerCertificate(certificate)).toEqual({
    fingerprint: certificate.fingerprint256,
    commonNames: ['device-001'],
    subject: 'CN=device-001',
    issuer: 'CN=Somebody',
    serialNumber: certificate.serialNumber,
    notBefore,
    notAfter,
  })
})

describe('the common names of a certificate', () => {
  for (const { name, commonNames, expected } of [
    { name: 'an e-mail address', commonNames: ['ann@example.com'], expected: ['ann@example.com'] },
    { name: 'a MAC address', commonNames: ['AA:BB:CC:00:11:22'], expected: ['AA:BB:CC:00:11:22'] },
    { name: 'two of them', commonNames: ['device-001', 'admin'], expected: ['device-001', 'admin'] },
    { name: 'none, in a subject without any name', commonNames: [], expected: [] },
    { name: 'an empty one', commonNames: [''], expected: [''] },
  ]) {
    test(`are read: ${name}`, async () => {
      expect(readPeerCertificate(await make({ commonNames })).commonNames).toEqual(expected)
    })
  }

  for (const trick of ['device-001\nCN=admin', 'device-001, CN=admin', 'device-001 + CN=admin', 'device-001\0']) {
    test(`are one however it is spelled, and not another's: ${JSON.stringify(trick)}`, async () => {
      const { commonNames } = readPeerCertificate(await make({ commonNames: [trick] }))
      expect(commonNames).toHaveLength(1)
      expect(commonNames).not.toContain('device-001')
    })
  }

  test('are found beside other attributes of the same RDN', async () => {
    const certificate = await makeSelfSigned([{ O: ['x'], CN: ['device-001'] }, { CN: ['device-002', 'device-003'] }])
    expect(readPeerCertificate(certificate).commonNames).toEqual(['device-001', 'device-002', 'device-003'])
  })

  test('are not read out of another attribute', async () => {
    const certificate = await makeSelfSigned([{ O: ['x\nCN=device-001 + CN=device-001'] }])
    expect(readPeerCertificate(certificate).commonNames).toEqual([])
  })
})

test('a certificate without subject or issuer is read, and says nothing', async () => {
  expect(readPeerCertificate(await makeSelfSigned([]))).toMatchObject({ subject: '', issuer: '', commonNames: [] })
})

describe('a date that is none', () => {
  for (const { name, index, inside } of [
    { name: 'notBefore lies after every time', index: 0, inside: (at: Date, { notBefore }: Dates) => at >= notBefore },
    { name: 'notAfter lies before every time', index: 1, inside: (at: Date, { notAfter }: Dates) => at <= notAfter },
  ]) {
    test(`${name}, and can be printed`, async () => {
      const read = readPeerCertificate(withBrokenDate(await make({ commonNames: ['device-001'] }), index))
      for (const at of ['0000-01-01', '2026-11-22', '9999-12-31']) expect(inside(new Date(at), read)).toBe(false)
      expect(() => [read.notBefore.toISOString(), read.notAfter.toISOString()]).not.toThrow()
    })
  }
})

type Dates = ReturnType<typeof readPeerCertificate>

async function make(request: Parameters<CertificateMaker['make']>[0]): Promise<X509Certificate> {
  return new X509Certificate((await ca.make(request)).cert)
}

async function makeSelfSigned(name: JsonName): Promise<X509Certificate> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])
  const { rawData } = await X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm })
  return new X509Certificate(Buffer.from(rawData))
}

/** The month of the date becomes 99. OpenSSL reads such a certificate all the same. */
function withBrokenDate(certificate: X509Certificate, index: number): X509Certificate {
  const der = Buffer.from(certificate.raw)
  const utcTime = Buffer.from([0x17, 13])
  const first = der.indexOf(utcTime)
  const at = index === 0 ? first : der.indexOf(utcTime, first + 1)
  der.write('99', at + utcTime.length + 2)
  return new X509Certificate(der)
}
