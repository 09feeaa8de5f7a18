import type { ApiDependencies } from '../../src/api/dependencies.ts'
import { DomainError } from '../../src/errors.ts'
import type { ApiToken, Role } from '../../src/registry/api-token.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import type { IssuedCertificate } from '../../src/registry/certificates.ts'
import type { Device } from '../../src/registry/device.ts'
import type { Enrolment } from '../../src/registry/enrolment/enrolment.ts'
import type { IdentityToken } from '../../src/registry/identity-token.ts'
import type { LegacyCredential } from '../../src/registry/legacy-credential.ts'
import { DEVICE_POLICY, type Policy } from '../../src/registry/policy.ts'
import type { Service } from '../../src/registry/service.ts'

type RegistryPorts = Pick<
  ApiDependencies,
  | 'certificates'
  | 'renewals'
  | 'enrolments'
  | 'enrolmentTokens'
  | 'enrolmentDecisions'
  | 'enrolmentPapers'
  | 'serverCertificates'
  | 'approvals'
  | 'holds'
  | 'imports'
  | 'devices'
  | 'services'
  | 'policies'
  | 'administratorCertificates'
  | 'tokens'
  | 'identityTokens'
  | 'legacy'
  | 'logins'
>

export const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':')

/** A registry of one device, `device-001`, and one service, `backend`; it writes down what it is asked. */
export function createRegistryDouble(now: Date, caCertificatePem: string) {
  const calls: unknown[][] = []
  const device: Device = {
    id: 'device-001',
    userId: 'user-1',
    state: 'active',
    policies: [],
    clientIds: ['spare'],
    createdAt: now,
  }
  const service: Service = { name: 'backend', state: 'active', policies: ['service:backend'], createdAt: now }
  const issue = (kind: Certificate['kind'], subjectId: string): IssuedCertificate => ({
    certificate: createCertificateRecord(kind, subjectId, now),
    privateKeyPem: 'PRIVATE KEY PEM',
    caCertificatePem,
  })
  const noted = <Result>(result: Result, ...call: unknown[]): Result => {
    calls.push(call)
    return result
  }

  const enrolment: Enrolment = {
    id: 'e1',
    tokenId: 't1',
    deviceId: device.id,
    keyThumbprint: 'k1',
    request: 'MIIB',
    address: '192.0.2.7',
    state: 'pending',
    requestedAt: now,
    decidedAt: undefined,
    lapsesAt: now,
  }

  const ports: RegistryPorts = {
    certificates: {
      issueToDevice: async (request) => noted(issue('device', request.deviceId), 'issueToDevice', request),
      certifyDevice: async (request) => {
        const { privateKeyPem: _, ...certified } = issue('device', request.deviceId)
        return noted(certified, 'certifyDevice', { ...request, request: Buffer.from(request.request).toString() })
      },
      issueToService: async (name, options) => noted(issue('service', name), 'issueToService', name, options),
      latestOf(deviceId) {
        if (deviceId !== device.id) throw new DomainError('certificate_not_found', `${deviceId} never had one`)
        return createCertificateRecord('device', deviceId, now)
      },
      listOf: (deviceId) => [createCertificateRecord('device', deviceId, now)],
      isValid: () => true,
      list: async (query) =>
        noted(
          { items: [{ certificate: createCertificateRecord('device', device.id, now), state: 'active' }] },
          'certificates.list',
          query,
        ),
      revokeDevice: async (deviceId, reason) => noted({ deviceId, revokedAt: now }, 'revokeDevice', deviceId, reason),
      revokeService: async (name, reason) => noted({ deviceId: name, revokedAt: now }, 'revokeService', name, reason),
      validate: (fingerprint) =>
        fingerprint === FINGERPRINT
          ? { valid: true, fingerprint }
          : { valid: false, fingerprint, reason: 'certificate_unknown' },
    },
    renewals: {
      admit: () => ({ admitted: false, cause: 'certificate_missing', presented: {} }),
      renew: async () => issue('device', device.id),
    },
    enrolments: {
      admit: () => ({ admitted: false, cause: 'enrolment_token_invalid', presented: {} }),
      enrol: async () => ({ certificatePem: 'CERTIFICATE PEM' }),
      reenrol: async () => ({ certificatePem: 'CERTIFICATE PEM' }),
    },
    enrolmentTokens: {
      create: (request, wide) =>
        noted({ id: 'e1', token: 'sgn_e1_secret', expiresAt: now }, 'enrolmentTokens.create', request, wide),
      list: () => [],
      revoke: (id) => noted(undefined, 'enrolmentTokens.revoke', id),
    },
    enrolmentDecisions: {
      list: (state) => noted([], 'enrolmentDecisions.list', state),
      approve: (id) => noted({ ...enrolment, state: 'approved' }, 'enrolmentDecisions.approve', id),
      reject: (id) => noted({ ...enrolment, state: 'rejected' }, 'enrolmentDecisions.reject', id),
    },
    enrolmentPapers: {
      encodeCertificates: (pem) => Buffer.from(pem),
      encodeAttributes: (profile) => Buffer.from(profile),
    },
    serverCertificates: {
      issue: async (names, keyAlgorithm) =>
        noted(
          {
            ...createCertificateRecord('server', names[0] ?? '', now),
            names,
            certificatePem: 'CERTIFICATE PEM',
            chainPem: 'CHAIN PEM',
            privateKeyPem: 'PRIVATE KEY PEM',
            caCertificatePem,
          },
          'serverCertificates.issue',
          names,
          keyAlgorithm,
        ),
      revoke: async (fingerprint, reason) =>
        noted({ fingerprint, revokedAt: now }, 'serverCertificates.revoke', fingerprint, reason),
    },
    holds: {
      hold: async (fingerprint, isAdministrator) =>
        noted(
          { certificate: createCertificateRecord('device', device.id, now), state: 'held' },
          'hold',
          fingerprint,
          isAdministrator,
        ),
      unhold: (fingerprint, isAdministrator) =>
        noted(
          { certificate: createCertificateRecord('device', device.id, now), state: 'active' },
          'unhold',
          fingerprint,
          isAdministrator,
        ),
    },
    approvals: {
      approve: (fingerprint, userId) =>
        noted(createCertificateRecord('device', device.id, now), 'approve', fingerprint, userId),
      reject: async (fingerprint) => noted(createCertificateRecord('device', device.id, now), 'reject', fingerprint),
    },
    imports: {
      run: async (request, dryRun) =>
        noted({ applied: !dryRun, policies: [], devices: [] }, 'imports.run', request, dryRun),
      undo: async (report) => noted({ policies: [], devices: [] }, 'imports.undo', report),
    },
    devices: {
      create: (request, wide) => noted({ ...device, id: request.deviceId }, 'devices.create', request, wide),
      get(deviceId) {
        if (deviceId !== device.id) throw new DomainError('device_not_found', `No device is called ${deviceId}`)
        return device
      },
      change: async (id, changes, wide) => noted({ ...device, ...changes }, 'devices.change', id, changes, wide),
      remove: async (id) => noted(undefined, 'devices.remove', id),
    },
    services: {
      create: (request, wide) => noted({ ...service, name: request.name }, 'services.create', request, wide),
      get: () => service,
      list: (page) => noted({ items: [service] }, 'services.list', page),
      change: async (name, changes, wide) => noted({ ...service, ...changes }, 'services.change', name, changes, wide),
      remove: async (name) => noted(undefined, 'services.remove', name),
    },
    policies: {
      get: () => DEVICE_POLICY,
      list: () => [{ ...DEVICE_POLICY, name: 'z' }, DEVICE_POLICY, { ...DEVICE_POLICY, name: 'a' }],
      put: (policy: Policy) => noted(policy, 'policies.put', policy),
      remove: (name) => noted(undefined, 'policies.remove', name),
    },
    administratorCertificates: {
      issue: async (request) =>
        noted(
          {
            ...issue('administrator', request.name),
            administrator: { name: request.name, role: 'admin', createdAt: now },
          },
          'administrators.issue',
          request,
        ),
      list: () =>
        ['eva', 'adam'].map((name) => ({
          administrator: { name, role: 'operator', createdAt: now },
          certificate: createCertificateRecord('administrator', name, now),
          state: 'active',
        })),
      revoke: async (name, reason) => noted(now, 'administrators.revoke', name, reason),
      thatLetIn: (name) => (name === 'adam' ? ['token k1'] : []),
    },
    tokens: {
      create: (request) => noted({ id: 'id-1', token: 'sgn_id-1_new' }, 'tokens.create', request),
      list: () => [
        { ...createToken('validator', now), expiresAt: now, lastUsedAt: now, revokedAt: now },
        createToken('admin', now),
      ],
      revoke: (id) => noted(undefined, 'tokens.revoke', id),
    },
    identityTokens: {
      create: (...request) => noted({ id: 'id-2', token: 'sgn_id-2_new' }, 'identityTokens.create', ...request),
      rotate: (...request) => noted({ id: 'id-3', token: 'sgn_id-3_new' }, 'identityTokens.rotate', ...request),
      listOf: (kind, subjectId) => [
        createIdentityToken('b', { kind, subjectId, expiresAt: now, lastUsedAt: now, revokedAt: now }, now),
        createIdentityToken('a', { kind, subjectId }, now),
      ],
      revoke: async (...token) => noted(undefined, 'identityTokens.revoke', ...token),
    },
    legacy: {
      find: (deviceId) => (deviceId === 'device-old' ? createLegacyCredential(deviceId, now) : undefined),
      put: async (deviceId, request) => noted(createLegacyCredential(deviceId, now), 'legacy.put', deviceId, request),
      remove: async (deviceId) => noted(undefined, 'legacy.remove', deviceId),
    },
    logins: { thatLetIn: () => [] },
  }
  return { ports, calls, issue }
}

export function createCertificateRecord(kind: Certificate['kind'], subjectId: string, now: Date) {
  return {
    id: 'c0ffee00-0000-4000-8000-000000000001',
    kind,
    subjectId,
    fingerprint: FINGERPRINT,
    serialNumber: '0102',
    issuer: 'AA:BB',
    pem: 'CERTIFICATE PEM',
    notBefore: now,
    notAfter: new Date(now.getTime() + 86_400_000),
    createdAt: now,
    firstSeenAt: undefined,
    retiresAt: undefined,
    revokedAt: undefined,
    revocationReason: undefined,
  } satisfies Certificate
}

export function createToken(role: Role, now: Date): ApiToken {
  const record = { id: role, name: `the ${role}`, role, secretHash: Buffer.from('never shown'), createdAt: now }
  return { ...record, expiresAt: undefined, lastUsedAt: undefined, revokedAt: undefined }
}

export function createIdentityToken(id: string, token: Partial<IdentityToken>, now: Date): IdentityToken {
  const ends = { expiresAt: undefined, lastUsedAt: undefined, revokedAt: undefined }
  const secretHash = Buffer.from('never shown')
  return { id, kind: 'device', subjectId: 'd', secretHash, replacesId: undefined, createdAt: now, ...ends, ...token }
}

function createLegacyCredential(deviceId: string, now: Date): LegacyCredential {
  const hash = { algorithm: 'bcrypt', digest: 'never shown' } as const
  return { deviceId, userName: 'old name', hash, endsAt: now, createdAt: now }
}
