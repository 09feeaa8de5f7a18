import { z } from '@hono/zod-openapi'
import type { ExpiringCertificate, ExpiryCount } from '../../registry/expiry/ports.ts'

const authoritySchema = z.object({
  subject: z.string(),
  fingerprint: z.string(),
  notAfter: z.iso.datetime(),
})

const countSchema = z.object({
  kind: z.string().openapi({ example: 'device' }),
  expired: z.int(),
  within1Day: z.int(),
  within7Days: z.int().openapi({ description: 'And not within 1: each certificate is counted once' }),
  within30Days: z.int(),
  within90Days: z.int(),
  later: z.int(),
})

export const expirySchema = z
  .object({
    items: z.array(countSchema).openapi({ description: 'By kind; revoked and replaced certificates are left out' }),
    authorities: z.array(authoritySchema).openapi({ description: 'Of the CA, soonest first' }),
  })
  .openapi('CertificateExpiry')

export function shapeExpiry(
  counts: readonly ExpiryCount[],
  authorities: readonly ExpiringCertificate[],
): z.infer<typeof expirySchema> {
  return {
    items: counts.map((count) => ({ ...count })),
    authorities: authorities.map(({ subjectId: subject, fingerprint, notAfter }) => ({
      subject,
      fingerprint,
      notAfter: notAfter.toISOString(),
    })),
  }
}
