import { z } from '@hono/zod-openapi'
import type { IdentityToken } from '../../registry/identity-token.ts'

export const identityTokenRequestSchema = z
  .strictObject({ expiresAt: z.iso.datetime({ offset: true }).optional() })
  .openapi('TokenRequest')

export const newIdentityTokenSchema = z
  .object({ id: z.string(), token: z.string().openapi({ description: 'The MQTT password, shown this once' }) })
  .openapi('NewToken')

export const identityTokenSchema = z
  .object({
    id: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi('Token')

export function shapeIdentityToken(token: IdentityToken): z.infer<typeof identityTokenSchema> {
  const { id, createdAt, expiresAt, lastUsedAt, revokedAt } = token
  return {
    id,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  }
}
