import { z } from '@hono/zod-openapi'
import type { Certificate } from '../../registry/certificate.ts'

export const certificateSchema = z
  .object({ id: z.uuid(), fingerprint: z.string(), createdAt: z.iso.datetime(), isValid: z.boolean() })
  .openapi('Certificate')

export const certificateDetailSchema = certificateSchema
  .extend({
    deviceId: z.string(),
    serialNumber: z.string(),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
    firstSeenAt: z.iso.datetime().nullable(),
    retiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    revocationReason: z.string().nullable(),
    clientCert: z.string(),
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
    serialNumber,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    firstSeenAt: firstSeenAt?.toISOString() ?? null,
    retiresAt: retiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    revocationReason: certificate.revocationReason ?? null,
    clientCert: certificate.pem,
  }
}
