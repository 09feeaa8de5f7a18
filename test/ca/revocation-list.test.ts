import 'reflect-metadata'
import { X509Certificate, X509Crl } from '@peculiar/x509'
import { expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { encodeRevoked, type RevokedCertificate, toRevocationListPem } from '../../src/ca/revocation-list.ts'

const NOON = new Date('2026-11-22T12:00:00.000Z')
const NEXT_WEEK = new Date('2026-11-29T12:00:00.000Z')

async function sign(revoked: readonly RevokedCertificate[], distributionPoints: readonly string[] = []) {
  const authority = await createMemoryAuthority(() => NOON)
  const der = await authority.signRevocationList({
    number: 300,
    thisUpdate: NOON,
    nextUpdate: NEXT_WEEK,
    revoked: [encodeRevoked(revoked)],
    distributionPoints,
  })
  return { authority, der }
}

test('a list says when it was made, when the next one comes, and who signed it', async () => {
  const { authority, der } = await sign([])
  const list = new X509Crl(der)
  expect(list).toMatchObject({ thisUpdate: NOON, nextUpdate: NEXT_WEEK, issuer: authority.subject })
  expect(list.entries).toEqual([])
  const publicKey = new X509Certificate(new Uint8Array(authority.certificate.raw)).publicKey
  expect(await list.verify({ publicKey })).toBe(true)
  expect(list.extensions.map(({ type, critical }) => ({ type, critical }))).toEqual([
    { type: '2.5.29.35', critical: false },
    { type: '2.5.29.20', critical: false },
  ])
  expect(Buffer.from(list.extensions[1]?.value ?? new ArrayBuffer()).toString('hex')).toBe('0202012c')
})

test('an entry has its serial number, time and reason; unspecified is left out', async () => {
  const { der } = await sign([
    { serialNumber: '00FF10', revokedAt: NOON, reason: 'privilegeWithdrawn' },
    { serialNumber: '7A', revokedAt: new Date('2050-01-02T03:04:05.000Z'), reason: 'unspecified' },
  ])
  const list = new X509Crl(der)
  const entries = list.entries.map(({ serialNumber, revocationDate, reason }) => ({
    serialNumber,
    revocationDate,
    reason,
  }))
  expect(entries).toEqual([
    { serialNumber: 'ff10', revocationDate: NOON, reason: 9 },
    { serialNumber: '7a', revocationDate: new Date('2050-01-02T03:04:05.000Z'), reason: undefined },
  ])
  expect(list.entries[1]?.extensions).toEqual([])
})

test('a negative serial number, which other CAs have issued, stands as it is in the certificate', async () => {
  const { der } = await sign([{ serialNumber: '-05', revokedAt: NOON, reason: 'certificateHold' }])
  expect(Buffer.from(new X509Crl(der).entries[0]?.rawData ?? new ArrayBuffer()).toString('hex')).toContain('0201fb170d')
  expect(new X509Crl(der).entries[0]?.reason).toBe(6)
})

test('distribution points stand in one critical extension', async () => {
  const { der } = await sign([], ['http://a/pki/dp.crl', 'http://b/pki/dp.crl'])
  const extension = new X509Crl(der).extensions.find(({ type }) => type === '2.5.29.28')
  expect(extension?.critical).toBe(true)
  const text = Buffer.from(extension?.value ?? new ArrayBuffer()).toString('latin1')
  expect(text).toContain('http://a/pki/dp.crl')
  expect(text).toContain('http://b/pki/dp.crl')
})

test('the PEM form has the label that OpenSSL reads, and lines of 64', async () => {
  const { der } = await sign(
    Array.from({ length: 5000 }, (_, index) => ({
      serialNumber: `40${index.toString(16).padStart(30, '0')}`,
      revokedAt: NOON,
      reason: 'superseded' as const,
    })),
  )
  const pem = (await toRevocationListPem(der)).toString()
  const lines = pem.trimEnd().split('\n')
  expect(lines[0]).toBe('-----BEGIN X509 CRL-----')
  expect(lines.at(-1)).toBe('-----END X509 CRL-----')
  const body = lines.slice(1, -1)
  expect(body.slice(0, -1).every((line) => line.length === 64)).toBe(true)
  expect(Buffer.from(body.join(''), 'base64').equals(der)).toBe(true)
})
