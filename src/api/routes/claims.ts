import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Claims } from '../../registry/claims.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import {
  BAD_BODY,
  BAD_CALLER,
  BAD_REQUEST,
  CONFLICT,
  json,
  NO_CONTENT,
  NOT_FOUND,
  optionalJsonBody,
} from '../operation.ts'
import type { HttpsIdentity } from '../ports.ts'
import { originForOthers } from '../request/own-origin.ts'
import { claimRequestSchema, claimSchema, newClaimSchema, shapeClaim, shapeNewClaim } from '../resources/claim.ts'
import { deviceIdSchema } from '../resources/identifier.ts'

const tags = ['claims']
const request = { params: z.object({ deviceId: deviceIdSchema }) }
const path = '/{deviceId}/claims'

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Make a link by which somebody fetches key and certificate of a device, once; an unknown device is created',
  request: { ...request, body: optionalJsonBody(claimRequestSchema) },
  responses: {
    201: json(newClaimSchema, 'The link; the one that the device had before ends'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...CONFLICT,
  },
})

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'The newest claim of a device, without its secret',
  request,
  responses: {
    200: json(z.object({ items: z.array(claimSchema).readonly() }), 'One or none'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
  },
})

const revoke = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'End the open claim of a device',
  request,
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function claimRoutes(claims: Pick<Claims, 'create' | 'find' | 'revoke'>, https: HttpsIdentity, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('operate') }, (c) => {
      const { expiresAt, profile: _, ...wishes } = exact(c.req.valid('json'))
      const end = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }
      const made = claims.create({ ...c.req.valid('param'), ...wishes, ...end })
      return c.json(shapeNewClaim(made, originForOthers(c.req.url, https)), 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const claim = claims.find(c.req.valid('param').deviceId)
      return c.json({ items: claim ? [shapeClaim(claim)] : [] }, 200)
    })
    .openapi({ ...revoke, middleware: guard('operate') }, (c) => {
      claims.revoke(c.req.valid('param').deviceId)
      return c.body(null, 204)
    })
}
