import { z } from '@hono/zod-openapi'
import type { LiveConsoleSession, SignInWay } from '../../registry/console/console-session.ts'
import type { SignInLink } from '../../registry/console/sign-in-link.ts'
import { type Caller, introduce } from '../access/caller.ts'
import { PERMISSIONS, permissionsOf } from '../access/permission.ts'
import { roleSchema, tokenNameSchema } from './api-token.ts'

const WAYS = { link: 'link', token: 'token' } as const satisfies { readonly [Way in SignInWay]: Way }

export const signInLinkRequestSchema = z
  .strictObject({
    name: tokenNameSchema.optional().openapi({ description: 'Who is meant; none: the caller himself' }),
    role: roleSchema.exclude(['validator']).optional().openapi({ description: 'None: admin' }),
  })
  .openapi('SignInLinkRequest')

export const newSignInLinkSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    link: z
      .string()
      .openapi({ description: 'Shown this once; its secret stands behind "#", which browsers send nowhere' }),
    expiresAt: z.iso.datetime(),
  })
  .openapi('NewSignInLink')

const secret = z.string().max(512)

export const signInSchema = z
  .union([
    z.strictObject({ link: secret.openapi({ description: 'The secret of a sign-in link' }) }),
    z.strictObject({ token: secret.openapi({ description: 'A bearer token of the API' }) }),
  ])
  .openapi('SignIn')

export const signedInSchema = z
  .object({
    name: z.string(),
    role: roleSchema,
    permissions: z.array(z.enum(PERMISSIONS)).readonly().openapi({ description: 'What the role may do' }),
    via: z.enum({ ...WAYS, certificate: 'certificate', local: 'local' }),
    expiresAt: z.iso.datetime().nullable(),
  })
  .openapi('SignedIn')

export const consoleSessionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    via: z.enum(WAYS),
    tokenId: z.string().nullable().openapi({ description: 'Of the token that it ends with' }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .openapi('ConsoleSession')

/** The console's page at this path reads the secret behind "#". */
export function signInLink(origin: string, secret: string): string {
  return `${origin}/#/sign-in/${secret}`
}

export function shapeNewSignInLink(
  { id, name, role, expiresAt }: SignInLink,
  link: string,
): z.infer<typeof newSignInLinkSchema> {
  return { id, name, role, link, expiresAt: expiresAt.toISOString() }
}

export function shapeSignedIn(caller: Caller): z.infer<typeof signedInSchema> {
  const { role, expiresAt } = caller
  const { name, via } = introduce(caller)
  return { name, role, permissions: permissionsOf(role), via, expiresAt: expiresAt?.toISOString() ?? null }
}

export function shapeConsoleSession(session: LiveConsoleSession): z.infer<typeof consoleSessionSchema> {
  const { id, name, role, via, tokenId, createdAt, lastUsedAt, expiresAt } = session
  return {
    id,
    name,
    role,
    via,
    tokenId: tokenId ?? null,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}
