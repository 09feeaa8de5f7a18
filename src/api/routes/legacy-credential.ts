import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { LegacyCredentials } from '../../registry/legacy-credentials.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { deviceIdSchema } from '../resources/identifier.ts'
import { legacyRequestSchema, legacySchema, readLegacyRequest, shapeLegacy } from '../resources/legacy-credential.ts'

const path = '/{id}/legacy-credential'
const params = z.object({ id: deviceIdSchema })
const tags = ['devices']

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Let a device log in with the password it had elsewhere, of which only the hash is known, until a date',
  request: { params, body: jsonBody(legacyRequestSchema) },
  responses: { 200: json(legacySchema, 'Kept'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND, ...CONFLICT },
})

const remove = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Remove the imported password of a device and close the sessions that it let in',
  request: { params },
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function legacyCredentialRoutes(legacy: Pick<LegacyCredentials, 'put' | 'remove'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...put, middleware: guard('operate') }, async (c) => {
      const credential = await legacy.put(c.req.valid('param').id, readLegacyRequest(c.req.valid('json')))
      return c.json(shapeLegacy(credential), 200)
    })
    .openapi({ ...remove, middleware: guard('operate') }, async (c) => {
      await legacy.remove(c.req.valid('param').id)
      return c.body(null, 204)
    })
}
