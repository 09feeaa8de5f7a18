import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiTokens } from '../../registry/api-tokens.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { newTokenSchema, shapeToken, tokenRequestSchema, tokenSchema } from '../resources/api-token.ts'

const tags = ['tokens']

const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Make a bearer token for the API',
  request: { body: jsonBody(tokenRequestSchema) },
  responses: { 201: json(newTokenSchema, 'The token, shown this once'), ...BAD_BODY, ...BAD_CALLER },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List bearer tokens, without their secrets',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(tokenSchema), 'In order of their ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  summary: 'Revoke a bearer token',
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: NO_CONTENT, ...BAD_CALLER, ...NOT_FOUND },
})

export function tokenRoutes(tokens: Pick<ApiTokens, 'create' | 'list' | 'revoke'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('administer') }, (c) => {
      const { expiresAt, ...request } = c.req.valid('json')
      const { id, token } = tokens.create(expiresAt ? { ...request, expiresAt: new Date(expiresAt) } : request)
      return c.json({ id, token }, 201)
    })
    .openapi({ ...list, middleware: guard('administer') }, (c) => {
      const page = pageOf(tokens.list(), ({ id }) => id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeToken), 200)
    })
    .openapi({ ...revoke, middleware: guard('administer') }, (c) => {
      tokens.revoke(c.req.valid('param').id)
      return c.body(null, 204)
    })
}
