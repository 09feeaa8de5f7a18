import { z } from '@hono/zod-openapi'
import type { Certificate, CertificateKind, CertificateState } from '../../registry/certificate.ts'
import type { CertificateRow } from '../../registry/certificate-listing.ts'
import type { ListedCertificate } from '../../registry/certificates.ts'
import { pageQuery } from '../pagination.ts'
import { fingerprintSchema, serialNumberSchema } from './identifier.ts'

const UNSEEN = 'null, as the dates are, until a certificate registered by its fingerprint alone first connects'

export const certificateSchema = z
  .object({ id: z.uuid(), fingerprint: z.string(), createdAt: z.iso.datetime(), isValid: z.boolean() })
  .openapi('Certificate')

const certificateDetailSchema = certificateSchema
  .extend({
    deviceId: z.string(),
    serialNumber: z.string().nullable().openapi({ description: UNSEEN }),
    notBefore: z.iso.datetime().nullable(),
    notAfter: z.iso.datetime().nullable(),
    firstSeenAt: z.iso.datetime().nullable(),
    retiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    revocationReason: z.string().nullable(),
    profile: z.string().nullable().openapi({ description: 'Null of what was not issued here, or by an older version' }),
    clientCert: z.string().nullable(),
  })
  .openapi('CertificateDetail')

export const certificateHistorySchema = certificateDetailSchema
  .extend({ certificates: z.array(certificateDetailSchema).openapi({ description: 'All of them, newest first' }) })
  .openapi('CertificateHistory')

const STATES = {
  active: 'active',
  pending: 'pending',
  not_yet_valid: 'not_yet_valid',
  expired: 'expired',
  superseded: 'superseded',
  held: 'held',
  revoked: 'revoked',
} as const satisfies { readonly [Name in CertificateState]: Name }

export const certificateStateSchema = z.enum(STATES)

export const listedCertificateSchema = certificateDetailSchema
  .omit({ isValid: true, deviceId: true, clientCert: true })
  .extend({
    state: certificateStateSchema,
    kind: z.string(),
    subjectId: z.string().openapi({ description: 'Of a device its id; of a service or administrator its name' }),
    subject: z.string().nullable(),
    pendingSince: z.iso.datetime().nullable(),
  })
  .openapi('ListedCertificate')

const KINDS = {
  device: 'device',
  service: 'service',
  administrator: 'administrator',
  server: 'server',
} as const satisfies { readonly [Name in CertificateKind]: Name }

const timeSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .openapi({ type: 'string', format: 'date-time' })

export const certificateQuerySchema = z.object({
  ...pageQuery,
  state: certificateStateSchema.optional(),
  kind: z.enum(KINDS).optional(),
  deviceId: z.string().max(64).optional().openapi({ description: 'Of a service or administrator its name' }),
  fingerprint: fingerprintSchema.optional(),
  serialNumber: serialNumberSchema.optional(),
  expiresBefore: timeSchema.optional(),
  expiresAfter: timeSchema.optional(),
  latest: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: '`true`: without those whose owner has a good one that ends later' }),
})

export interface Assessed {
  readonly certificate: Certificate
  readonly isValid: boolean
}

export function shapeCertificate({ certificate, isValid }: Assessed): z.infer<typeof certificateSchema> {
  const { id, fingerprint, createdAt } = certificate
  return { id, fingerprint, createdAt: createdAt.toISOString(), isValid }
}

export function shapeHistory(latest: Assessed, all: readonly Assessed[]): z.infer<typeof certificateHistorySchema> {
  return { ...shapeDetail(latest), certificates: all.map(shapeDetail) }
}

function shapeDetail({ certificate, isValid }: Assessed): z.infer<typeof certificateDetailSchema> {
  return {
    ...shapeCertificate({ certificate, isValid }),
    ...shapeLife(certificate),
    deviceId: certificate.subjectId,
    profile: certificate.profile ?? null,
    clientCert: certificate.pem ?? null,
  }
}

export function shapeListed({ certificate, state }: ListedCertificate): z.infer<typeof listedCertificateSchema> {
  const { id, fingerprint, createdAt, kind, subjectId, subject, profile, pendingSince } = certificate
  return {
    id,
    fingerprint,
    createdAt: createdAt.toISOString(),
    ...shapeLife(certificate),
    state,
    kind,
    subjectId,
    subject: subject ?? null,
    profile: profile ?? null,
    pendingSince: pendingSince?.toISOString() ?? null,
  }
}

export function shapeLife(certificate: CertificateRow) {
  const { serialNumber, notBefore, notAfter, firstSeenAt, retiresAt, revokedAt, revocationReason } = certificate
  return {
    serialNumber: serialNumber ?? null,
    notBefore: notBefore?.toISOString() ?? null,
    notAfter: notAfter?.toISOString() ?? null,
    firstSeenAt: firstSeenAt?.toISOString() ?? null,
    retiresAt: retiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    revocationReason: revocationReason ?? null,
  }
}
