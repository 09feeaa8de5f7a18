import { z } from '@hono/zod-openapi'
import { DomainError } from '../../errors.ts'
import type { RevocationReason } from '../../registry/certificate.ts'

// RFC 5280 §5.3.1
const REASONS = {
  unspecified: 'unspecified',
  keyCompromise: 'keyCompromise',
  affiliationChanged: 'affiliationChanged',
  superseded: 'superseded',
  cessationOfOperation: 'cessationOfOperation',
  certificateHold: 'certificateHold',
  privilegeWithdrawn: 'privilegeWithdrawn',
} as const satisfies { readonly [Name in RevocationReason]: Name }

export const revocationQuerySchema = z.object({
  reason: z
    .string()
    .default('unspecified')
    .transform(parseReason)
    .openapi({ type: 'string', enum: Object.keys(REASONS), default: 'unspecified' }),
})

const revocation = { message: z.string(), revokedAt: z.iso.datetime() }

export const deviceRevocationSchema = z.object({ ...revocation, deviceId: z.string() }).openapi('DeviceRevocation')

export const serviceRevocationSchema = z.object({ ...revocation, name: z.string() }).openapi('ServiceRevocation')

function parseReason(text: string): RevocationReason {
  const reason = Object.values(REASONS).find((name) => name === text)
  if (reason) return reason
  throw new DomainError('invalid_reason', `A reason is one of ${Object.keys(REASONS).join(', ')} (RFC 5280)`)
}
