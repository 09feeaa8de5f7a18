import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ForeignAuthorities } from '../../registry/foreign-authorities.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import {
  shapeTrustAnchor,
  trustAnchorChangeSchema,
  trustAnchorRequestSchema,
  trustAnchorSchema,
} from '../resources/authority.ts'
import { fingerprintSchema } from '../resources/identifier.ts'

const tags = ['certificate authorities']
const params = z.object({ fingerprint: fingerprintSchema })

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the CAs of others whose devices may be let in',
  responses: { 200: json(z.object({ items: z.array(trustAnchorSchema) }), 'The oldest first'), ...BAD_CALLER },
})

const add = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary:
    'Trust the CA of others: its devices are registered by themselves, kept for approval, or let in only where they are registered',
  request: { body: jsonBody(trustAnchorRequestSchema) },
  responses: { 201: json(trustAnchorSchema, 'Trusted'), ...BAD_BODY, ...BAD_CALLER, ...CONFLICT },
})

const change = createRoute({
  method: 'patch',
  path: '/{fingerprint}',
  tags,
  summary: 'Change how its devices come in, and whose they are; those that are here stay as they are',
  request: { params, body: jsonBody(trustAnchorChangeSchema) },
  responses: { 200: json(trustAnchorSchema, 'Changed'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND },
})

const remove = createRoute({
  method: 'delete',
  path: '/{fingerprint}',
  tags,
  summary: 'Trust it no more, and close the sessions of its devices',
  request: { params },
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function trustAnchorRoutes(authorities: ForeignAuthorities, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      return c.json({ items: authorities.list().map(shapeTrustAnchor) }, 200)
    })
    .openapi({ ...add, middleware: guard('administer') }, (c) => {
      const { certificate, ...wishes } = c.req.valid('json')
      return c.json(shapeTrustAnchor(authorities.add(certificate, exact(wishes))), 201)
    })
    .openapi({ ...change, middleware: guard('administer') }, (c) => {
      const changed = authorities.change(c.req.valid('param').fingerprint, exact(c.req.valid('json')))
      return c.json(shapeTrustAnchor(changed), 200)
    })
    .openapi({ ...remove, middleware: guard('administer') }, async (c) => {
      await authorities.remove(c.req.valid('param').fingerprint)
      return c.body(null, 204)
    })
}
