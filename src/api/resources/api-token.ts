import { z } from '@hono/zod-openapi'
import type { ApiToken, Role } from '../../registry/api-token.ts'

const ROLES = { admin: 'admin', operator: 'operator', auditor: 'auditor', validator: 'validator' } as const satisfies {
  readonly [Name in Role]: Name
}

export const roleSchema = z.enum(ROLES)

export const tokenNameSchema = z
  .string()
  .regex(/^[^\p{Cc}]{1,100}$/u, '1 to 100 characters, none of them a control character')

export const tokenRequestSchema = z
  .strictObject({
    name: tokenNameSchema,
    role: roleSchema,
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .openapi('ApiTokenRequest')

export const newTokenSchema = z
  .object({ id: z.string(), token: z.string().openapi({ description: 'Shown this once' }) })
  .openapi('NewApiToken')

export const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi('ApiToken')

export function shapeToken(token: ApiToken): z.infer<typeof tokenSchema> {
  const { id, name, role, createdAt, expiresAt, lastUsedAt, revokedAt } = token
  return {
    id,
    name,
    role,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  }
}
