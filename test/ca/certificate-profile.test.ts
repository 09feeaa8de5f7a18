import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CertificateRequest, planCertificate } from '../../src/ca/certificate-profile.ts'

const NOW = new Date('2026-11-22T10:00:00.500Z')
const DAY = 86_400_000

describe('the life of a certificate', () => {
  for (const { request, days } of [
    { request: { kind: 'root', name: 'Root' }, days: 3650 },
    { request: { kind: 'server', names: ['localhost'] }, days: 365 },
    { request: { kind: 'device', deviceId: 'd', userId: 'u' }, days: 365 },
    { request: { kind: 'service', name: 's' }, days: 365 },
    { request: { kind: 'administrator', name: 'a' }, days: 365 },
    { request: { kind: 'device', deviceId: 'd', userId: 'u', validitySeconds: 86_400 }, days: 1 },
    { request: { kind: 'service', name: 's', validitySeconds: 3650 * 86_400 }, days: 3650 },
  ] as const satisfies readonly { request: CertificateRequest; days: number }[]) {
    test(`${JSON.stringify(request)}: begins 5 minutes back and ends after ${days} days, in whole seconds`, () => {
      const { notBefore, notAfter } = planCertificate(request, NOW)
      expect(notBefore).toEqual(new Date('2026-11-22T09:55:00.000Z'))
      expect(notAfter).toEqual(new Date(Date.parse('2026-11-22T10:00:00.000Z') + days * DAY))
    })
  }

  test('no leaf outlives its issuer', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 3650 }),
        (now, issuerNotAfter, validityDays) => {
          const plan = planCertificate({ kind: 'service', name: 's', validitySeconds: validityDays * 86_400 }, now, {
            notAfter: issuerNotAfter,
          })
          expect(plan.notAfter.getTime()).toBeLessThanOrEqual(issuerNotAfter.getTime())
          expect(plan.notAfter.getTime()).toBeLessThanOrEqual(now.getTime() + validityDays * DAY)
        },
      ),
    )
  })

  for (const validitySeconds of [0, 59, -60, 60.5, 3651 * 86_400, Number.NaN, Number.POSITIVE_INFINITY]) {
    test(`refused/${validitySeconds} seconds`, () => {
      const request = { kind: 'device', deviceId: 'd', userId: 'u', validitySeconds } as const
      expect(() => planCertificate(request, NOW)).toThrow(expect.objectContaining({ code: 'profile_violation' }))
    })
  }
})

describe('the names in a certificate', () => {
  for (const { deviceId, userId, uri } of [
    { deviceId: 'device-001', userId: 'default', uri: 'urn:signet:user:default:device:device-001' },
    { deviceId: 'aa:bb:cc', userId: 'eva@example.com', uri: 'urn:signet:user:eva%40example.com:device:aa%3Abb%3Acc' },
    { deviceId: 'b', userId: 'a:device:x', uri: 'urn:signet:user:a%3Adevice%3Ax:device:b' },
  ]) {
    test(`${deviceId} of ${userId} is ${uri}`, () => {
      const plan = planCertificate({ kind: 'device', deviceId, userId }, NOW)
      expect(plan.commonName).toBe(deviceId)
      expect(plan.alternativeNames).toEqual([{ type: 'url', value: uri }])
    })
  }

  test('two different pairs of ids never share a URI', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9._:@-]{0,10}[A-Za-z0-9])?$/)
    const uriOf = (userId: string, deviceId: string) =>
      planCertificate({ kind: 'device', deviceId, userId }, NOW).alternativeNames[0]?.value
    fc.assert(
      fc.property(id, id, id, id, (u1, d1, u2, d2) => {
        expect(uriOf(u1, d1) === uriOf(u2, d2)).toBe(u1 === u2 && d1 === d2)
      }),
    )
  })

  for (const kind of ['service', 'administrator'] as const) {
    test(`of a ${kind} are its CN and a URI of its own`, () => {
      const plan = planCertificate({ kind, name: 'billing@eu' }, NOW)
      expect(plan.commonName).toBe('billing@eu')
      expect(plan.alternativeNames).toEqual([{ type: 'url', value: `urn:signet:${kind}:billing%40eu` }])
    })
  }

  test('a server is called by the first of its names that a CN can hold', () => {
    const long = `${'a'.repeat(40)}.${'b'.repeat(40)}.example`
    expect(planCertificate({ kind: 'server', names: [long, 'hub'] }, NOW).commonName).toBe('hub')
    expect(planCertificate({ kind: 'server', names: [long] }, NOW).commonName).toBe('Signet server')
  })

  for (const { name, request } of [
    { name: 'a device id over 64 characters', request: { kind: 'device', deviceId: 'd'.repeat(65), userId: 'u' } },
    { name: 'a user id over 64 characters', request: { kind: 'device', deviceId: 'd', userId: 'u'.repeat(65) } },
    { name: 'a service name over 64 characters', request: { kind: 'service', name: 's'.repeat(65) } },
    { name: 'a root name over 64 characters', request: { kind: 'root', name: 'r'.repeat(65) } },
    { name: 'an empty id', request: { kind: 'service', name: '' } },
    { name: 'a line feed', request: { kind: 'service', name: 'a\nCN=admin' } },
    { name: 'NUL', request: { kind: 'service', name: 'admin\0' } },
    { name: 'half a surrogate pair', request: { kind: 'service', name: '\ud800' } },
    { name: 'a server without a name', request: { kind: 'server', names: [] } },
    { name: 'a server with a bad name', request: { kind: 'server', names: ['a b'] } },
  ] as const satisfies readonly { name: string; request: CertificateRequest }[]) {
    test(`refused/${name}`, () =>
      expect(() => planCertificate(request, NOW)).toThrow(expect.objectContaining({ code: 'profile_violation' })))
  }
})
