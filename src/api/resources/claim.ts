import { z } from '@hono/zod-openapi'
import encodeQR from 'qr'
import type { ClaimState } from '../../registry/claim.ts'
import type { ListedClaim, NewClaim } from '../../registry/claims.ts'
import { deviceIssueSchema } from './issued-certificate.ts'
import { keyStorePasswordSchema } from './key-store.ts'

const CLAIM_STATES = { open: 'open', used: 'used', expired: 'expired' } as const satisfies {
  readonly [Name in ClaimState]: Name
}

export const claimRequestSchema = deviceIssueSchema
  .extend({ expiresAt: z.iso.datetime({ offset: true }).optional() })
  .strict()
  .openapi('ClaimRequest', { description: 'What the certificate is to be; without expiresAt the link ends in a week' })

export const newClaimSchema = z
  .object({
    id: z.string(),
    deviceId: z.string(),
    link: z
      .string()
      .openapi({ description: 'Shown this once; its secret stands behind "#", which browsers send nowhere' }),
    qr: z.string().openapi({ description: 'The link as a QR code, SVG' }),
    expiresAt: z.iso.datetime(),
  })
  .openapi('NewClaim')

export const claimSchema = z
  .object({
    id: z.string(),
    deviceId: z.string(),
    state: z.enum(CLAIM_STATES),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    usedAt: z.iso.datetime().nullable(),
  })
  .openapi('Claim')

const secret = z.string().max(128)

export const redemptionSchema = z
  .discriminatedUnion('as', [
    z.strictObject({ as: z.literal('bundle'), secret }),
    z.strictObject({ as: z.literal('p12'), secret, password: keyStorePasswordSchema }),
  ])
  .openapi('ClaimRedemption')

/** The page at `/claim` reads the secret behind "#". */
export function claimLink(origin: string, secret: string): string {
  return `${origin}/claim#${secret}`
}

export function shapeNewClaim({ claim, secret }: NewClaim, origin: string): z.infer<typeof newClaimSchema> {
  const { id, deviceId, expiresAt } = claim
  const link = claimLink(origin, secret)
  return { id, deviceId, link, qr: encodeQR(link, 'svg'), expiresAt: expiresAt.toISOString() }
}

export function shapeClaim({ claim, state }: ListedClaim): z.infer<typeof claimSchema> {
  const { id, deviceId, createdAt, expiresAt, usedAt } = claim
  return {
    id,
    deviceId,
    state,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    usedAt: usedAt?.toISOString() ?? null,
  }
}
