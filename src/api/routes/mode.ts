import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { AuthMode } from '../../registry/auth-mode.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, json } from '../operation.ts'
import type { AuthModes } from '../ports.ts'

const MODES = {
  mtls: 'mtls',
  token: 'token',
  https_only: 'https_only',
  mtls_or_token: 'mtls_or_token',
  mtls_and_token: 'mtls_and_token',
} as const satisfies { readonly [Name in AuthMode]: Name }

const modesSchema = z.object({ mqtt: z.enum(MODES), api: z.enum(MODES) }).openapi('AuthModes')

const show = createRoute({
  method: 'get',
  path: '/',
  tags: ['description'],
  summary: 'What clients must show: mqtt.auth and api.auth as they hold now',
  responses: { 200: json(modesSchema, 'The modes'), ...BAD_CALLER },
})

export function modeRoutes(modes: AuthModes, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...show, middleware: guard('read') }, (c) => {
    const { mqtt, api } = modes
    return c.json({ mqtt, api }, 200)
  })
}
