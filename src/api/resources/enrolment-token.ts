import { z } from '@hono/zod-openapi'
import type { EnrolmentToken, EnrolmentTokenState } from '../../registry/enrolment/enrolment-token.ts'
import type { ListedEnrolmentToken } from '../../registry/enrolment/enrolment-tokens.ts'
import { policyNamesSchema, userIdSchema } from './identifier.ts'

const MAX_USES = 1_000_000

const STATES = {
  active: 'active',
  expired: 'expired',
  used: 'used',
  revoked: 'revoked',
} as const satisfies { readonly [Name in EnrolmentTokenState]: Name }

const ON_EXISTING = {
  fail: 'fail',
  rotate: 'rotate',
  replace: 'replace',
} as const satisfies { readonly [Name in EnrolmentToken['onExisting']]: Name }

export const enrolmentTokenRequestSchema = z
  .strictObject({
    deviceId: z
      .string()
      .max(64)
      .openapi({ description: 'An id, or a pattern in which "*" stands for any characters', example: 'sensor-*' }),
    userId: userIdSchema.optional(),
    policies: policyNamesSchema.optional(),
    profile: z.string().max(32).optional(),
    approval: z.boolean().optional().openapi({ description: 'Whether each request waits for an administrator' }),
    onExisting: z
      .enum(ON_EXISTING)
      .optional()
      .openapi({ description: 'What becomes of a device that has an active certificate; none: fail' }),
    uses: z.int().min(1).max(MAX_USES).optional().openapi({ description: 'None: one' }),
    expiresAt: z.iso.datetime({ offset: true }).optional().openapi({ description: 'None: in 24 hours' }),
  })
  .openapi('EnrolmentTokenRequest')

export const newEnrolmentTokenSchema = z
  .object({
    id: z.string(),
    token: z.string().openapi({ description: 'The password of HTTP Basic, shown this once' }),
    expiresAt: z.iso.datetime(),
  })
  .openapi('NewEnrolmentToken')

export const enrolmentTokenSchema = z
  .object({
    id: z.string(),
    state: z.enum(STATES),
    deviceId: z.string(),
    userId: z.string().nullable(),
    policies: z.array(z.string()),
    profile: z.string(),
    approval: z.boolean(),
    onExisting: z.enum(ON_EXISTING),
    uses: z.int(),
    maxUses: z.int(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi('EnrolmentToken')

export function shapeEnrolmentToken({ token, state }: ListedEnrolmentToken): z.infer<typeof enrolmentTokenSchema> {
  const { id, deviceId, userId, policies, profile, approval, onExisting, uses, maxUses } = token
  return {
    ...{ id, state, deviceId, profile, approval, onExisting, uses, maxUses },
    userId: userId ?? null,
    policies: [...policies],
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt.toISOString(),
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
  }
}
