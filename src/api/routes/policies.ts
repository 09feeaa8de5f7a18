import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Policies } from '../../registry/policies.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { policyNameSchema } from '../resources/identifier.ts'
import { policyRequestSchema, policySchema, shapePolicy } from '../resources/policy.ts'

const params = z.object({ name: z.string() })
const tags = ['policies']

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List policies, the built-in one included',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(policySchema), 'In order of their names'), ...BAD_REQUEST, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/{name}',
  tags,
  summary: 'One policy',
  request: { params },
  responses: { 200: json(policySchema, 'The policy'), ...BAD_CALLER, ...NOT_FOUND },
})

const put = createRoute({
  method: 'put',
  path: '/{name}',
  tags,
  summary: 'Make or replace a policy, live at once',
  request: { params: z.object({ name: policyNameSchema }), body: jsonBody(policyRequestSchema) },
  responses: { 200: json(policySchema, 'The policy'), ...BAD_BODY, ...BAD_CALLER },
})

const remove = createRoute({
  method: 'delete',
  path: '/{name}',
  tags,
  summary: 'Delete a policy that is attached to nothing',
  request: { params },
  responses: { 204: NO_CONTENT, ...BAD_CALLER, ...NOT_FOUND, ...CONFLICT },
})

export function policyRoutes(policies: Pick<Policies, 'get' | 'list' | 'put' | 'remove'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const page = pageOf(policies.list(), ({ name }) => name, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapePolicy), 200)
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      return c.json(shapePolicy(policies.get(c.req.valid('param').name)), 200)
    })
    .openapi({ ...put, middleware: guard('administer') }, (c) => {
      const policy = policies.put({ name: c.req.valid('param').name, ...c.req.valid('json') })
      return c.json(shapePolicy(policy), 200)
    })
    .openapi({ ...remove, middleware: guard('administer') }, (c) => {
      policies.remove(c.req.valid('param').name)
      return c.body(null, 204)
    })
}
