import { randomBytes, randomUUID } from 'node:crypto'
import type { ApiToken } from '../../src/registry/api-token.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import type { Device } from '../../src/registry/device.ts'
import type { IdentityToken } from '../../src/registry/identity-token.ts'
import type { LegacyCredential } from '../../src/registry/legacy-credential.ts'
import type { SignedLists } from '../../src/registry/revocation-lists.ts'
import type { Service } from '../../src/registry/service.ts'

export const NOON = new Date('2026-11-22T12:00:00.123Z')

export function minutesAfterNoon(minutes: number): Date {
  return new Date(NOON.getTime() + minutes * 60_000)
}

export function createDevice(id: string, changes: Partial<Device> = {}): Device {
  return { id, userId: 'default', state: 'active', policies: [], clientIds: [], createdAt: NOON, ...changes }
}

export function createService(name: string, changes: Partial<Service> = {}): Service {
  return { name, state: 'active', policies: [], createdAt: NOON, ...changes }
}

export function createCertificate(subjectId: string, changes: Partial<Certificate> = {}): Certificate {
  return {
    id: randomUUID(),
    kind: 'device',
    subjectId,
    fingerprint: randomBytes(32)
      .toString('hex')
      .toUpperCase()
      .replaceAll(/..(?!$)/g, '$&:'),
    serialNumber: randomBytes(16).toString('hex').toUpperCase(),
    pem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    notBefore: minutesAfterNoon(-5),
    notAfter: minutesAfterNoon(525_600),
    createdAt: NOON,
    firstSeenAt: undefined,
    retiresAt: undefined,
    revokedAt: undefined,
    revocationReason: undefined,
    ...changes,
  }
}

export function createApiToken(id: string, changes: Partial<ApiToken> = {}): ApiToken {
  return {
    id,
    name: `token ${id}`,
    role: 'operator',
    secretHash: randomBytes(32),
    createdAt: NOON,
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
    ...changes,
  }
}

export function createIdentityToken(id: string, changes: Partial<IdentityToken> = {}): IdentityToken {
  return {
    id,
    kind: 'device',
    subjectId: 'd1',
    secretHash: randomBytes(32),
    replacesId: undefined,
    createdAt: NOON,
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
    ...changes,
  }
}

export function createLegacyCredential(deviceId: string, changes: Partial<LegacyCredential> = {}): LegacyCredential {
  const hash = { algorithm: 'bcrypt', digest: '$2b$10$' } as const
  return { deviceId, userName: deviceId, hash, endsAt: minutesAfterNoon(10), createdAt: NOON, ...changes }
}

export function createSignedLists(number: number, thisUpdate: Date): SignedLists {
  const complete = Buffer.from(`list ${number}`)
  return {
    number,
    thisUpdate,
    madeAt: thisUpdate,
    nextUpdate: minutesAfterNoon(60),
    complete,
    forDistributionPoints: complete,
  }
}
