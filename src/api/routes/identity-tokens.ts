import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { IdentityTokens } from '../../registry/identity-tokens.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, json, NO_CONTENT, NOT_FOUND, optionalJsonBody } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { deviceIdSchema, serviceNameSchema } from '../resources/identifier.ts'
import {
  identityTokenRequestSchema,
  identityTokenSchema,
  newIdentityTokenSchema,
  shapeIdentityToken,
} from '../resources/identity-token.ts'

const tags = ['tokens']
const OWNER_SCHEMAS = { device: deviceIdSchema, service: serviceNameSchema }

function describeOperations(kind: 'device' | 'service') {
  const owner = z.object({ id: OWNER_SCHEMAS[kind] })
  const one = owner.extend({ tokenId: z.string().max(64) })
  const body = optionalJsonBody(identityTokenRequestSchema)
  const made = { 201: json(newIdentityTokenSchema, 'The token, shown this once'), ...BAD_BODY, ...BAD_CALLER }
  return {
    create: createRoute({
      method: 'post',
      path: '/{id}/tokens',
      tags,
      summary: `Make a token with which a ${kind} logs in: its id is the user name, the token the password`,
      request: { params: owner, body },
      responses: { ...made, ...NOT_FOUND },
    }),
    list: createRoute({
      method: 'get',
      path: '/{id}/tokens',
      tags,
      summary: `List the tokens of a ${kind}, without their secrets`,
      request: { params: owner, query: pageQuerySchema },
      responses: {
        200: json(pageSchema(identityTokenSchema), 'In order of their ids'),
        ...BAD_REQUEST,
        ...BAD_CALLER,
        ...NOT_FOUND,
      },
    }),
    rotate: createRoute({
      method: 'post',
      path: '/{id}/tokens/{tokenId}/rotate',
      tags,
      summary: `Make another token of a ${kind}; this one ends when the new one is first used`,
      request: { params: one, body },
      responses: { ...made, ...NOT_FOUND },
    }),
    revoke: createRoute({
      method: 'delete',
      path: '/{id}/tokens/{tokenId}',
      tags,
      summary: `Revoke a token of a ${kind} and close the sessions that it let in`,
      request: { params: one },
      responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
    }),
  }
}

export type IdentityTokenCalls = Pick<IdentityTokens, 'create' | 'rotate' | 'listOf' | 'revoke'>

export function identityTokenRoutes(kind: 'device' | 'service', tokens: IdentityTokenCalls, guard: Guard) {
  const { create, list, rotate, revoke } = describeOperations(kind)
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('operate') }, (c) => {
      const { id } = c.req.valid('param')
      return c.json(tokens.create(kind, id, readEnd(c.req.valid('json'))), 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const all = tokens.listOf(kind, c.req.valid('param').id)
      const page = pageOf(all, ({ id }) => id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeIdentityToken), 200)
    })
    .openapi({ ...rotate, middleware: guard('operate') }, (c) => {
      const { id, tokenId } = c.req.valid('param')
      return c.json(tokens.rotate(kind, id, tokenId, readEnd(c.req.valid('json'))), 201)
    })
    .openapi({ ...revoke, middleware: guard('operate') }, async (c) => {
      const { id, tokenId } = c.req.valid('param')
      await tokens.revoke(kind, id, tokenId)
      return c.body(null, 204)
    })
}

function readEnd(request: z.infer<typeof identityTokenRequestSchema> | undefined): Date | undefined {
  return request?.expiresAt === undefined ? undefined : new Date(request.expiresAt)
}
