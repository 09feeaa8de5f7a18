import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { EnrolmentTokens } from '../../registry/enrolment/enrolment-tokens.ts'
import { type Guard, mayAttachWide } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import {
  enrolmentTokenRequestSchema,
  enrolmentTokenSchema,
  newEnrolmentTokenSchema,
  shapeEnrolmentToken,
} from '../resources/enrolment-token.ts'

const tags = ['enrolment']

const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Make a token with which devices without a certificate get their first one by EST',
  request: { body: jsonBody(enrolmentTokenRequestSchema) },
  responses: {
    201: json(newEnrolmentTokenSchema, 'The token, shown this once'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...NOT_FOUND,
  },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the enrolment tokens, without their secrets',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(enrolmentTokenSchema), 'In order of their ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  summary: 'Revoke an enrolment token; the certificates that it brought stay',
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function enrolmentTokenRoutes(tokens: EnrolmentTokens, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('operate') }, (c) => {
      const { expiresAt, ...wishes } = exact(c.req.valid('json'))
      const request = { ...wishes, ...exact({ expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt) }) }
      const { id, token, ...made } = tokens.create(request, mayAttachWide(c.var.caller))
      return c.json({ id, token, expiresAt: made.expiresAt.toISOString() }, 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const page = pageOf(tokens.list(), ({ token }) => token.id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeEnrolmentToken), 200)
    })
    .openapi({ ...revoke, middleware: guard('operate') }, (c) => {
      tokens.revoke(c.req.valid('param').id)
      return c.body(null, 204)
    })
}
