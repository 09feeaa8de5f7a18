import { z } from '@hono/zod-openapi'
import type { Certificate } from '../../registry/certificate.ts'

const UNSEEN = 'null, as the dates are, until a certificate registered by its fingerprint alone first connects'

export const certificateSchema = z
  .object({ id: z.uuid(), fingerprint: z.string(), createdAt: z.iso.datetime(), isValid: z.boolean() })
  .openapi('Certificate')

export const certificateDetailSchema = certificateSchema
  .extend({
    deviceId: z.string(),
    serialNumber: z.string().nullable().openapi({ description: UNSEEN }),
    notBefore: z.iso.datetime().nullable(),
    notAfter: z.iso.datetime().nullable(),
    firstSeenAt: z.iso.datetime().nullable(),
    retiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    revocationReason: z.string().nullable(),
    clientCert: z.string().nullable(),
  })
  .openapi('CertificateDetail')

export const certificateHistorySchema = certificateDetailSchema
  .extend({ certificates: z.array(certificateDetailSchema).openapi({ description: 'All of them, newest first' }) })
  .openapi('CertificateHistory')

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
  const { subjectId, serialNumber, notBefore, notAfter, firstSeenAt, retiresAt, revokedAt } = certificate
  return {
    ...shapeCertificate({ certificate, isValid }),
    deviceId: subjectId,
    serialNumber: serialNumber ?? null,
    notBefore: notBefore?.toISOString() ?? null,
    notAfter: notAfter?.toISOString() ?? null,
    firstSeenAt: firstSeenAt?.toISOString() ?? null,
    retiresAt: retiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    revocationReason: certificate.revocationReason ?? null,
    clientCert: certificate.pem ?? null,
  }
}
