import { z } from '@hono/zod-openapi'
import type { AuthMode } from '../../registry/auth-mode.ts'
import type { AuthModes } from '../ports.ts'

const MODES = {
  mtls: 'mtls',
  token: 'token',
  https_only: 'https_only',
  mtls_or_token: 'mtls_or_token',
  mtls_and_token: 'mtls_and_token',
} as const satisfies { readonly [Name in AuthMode]: Name }

export const modesSchema = z.object({ mqtt: z.enum(MODES), api: z.enum(MODES) }).openapi('AuthModes')

export function shapeModes({ mqtt, api }: AuthModes): z.infer<typeof modesSchema> {
  return { mqtt, api }
}
