import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AuthorityRotations } from '../../registry/authority-rotation.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, optionalJsonBody } from '../operation.ts'
import { pageQuerySchema, readPageRequest } from '../pagination.ts'
import {
  authorityListSchema,
  authorityRotationSchema,
  authorityRotationStatusSchema,
  begunSchema,
  readWish,
  retiredSchema,
  retirementSchema,
  shapeAuthority,
  shapeAuthorityRotation,
  shapeFacts,
} from '../resources/authority.ts'

const tags = ['certificate authorities']

const list = createRoute({
  method: 'get',
  path: '/authorities',
  tags,
  summary: 'List every CA of the hub, the one that issues first',
  responses: { 200: json(authorityListSchema, 'Those that are retired last'), ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/rotation',
  tags,
  summary: 'Tell how far a rotation of the CA has come, and list the certificates that depend on the old one',
  request: { query: pageQuerySchema },
  responses: {
    200: json(authorityRotationStatusSchema, 'In order of the fingerprints'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
  },
})

const begin = createRoute({
  method: 'post',
  path: '/rotation',
  tags,
  summary: 'Let another CA issue from now on, one that is made or one that is brought; both are trusted',
  request: { body: optionalJsonBody(authorityRotationSchema) },
  responses: { 201: json(begunSchema, 'The CA that issues now'), ...BAD_BODY, ...BAD_CALLER, ...CONFLICT },
})

const retire = createRoute({
  method: 'post',
  path: '/rotation/retire',
  tags,
  summary: 'Trust the old CA no more; refused while anybody depends on it, unless it is forced',
  request: { body: optionalJsonBody(retirementSchema) },
  responses: { 200: json(retiredSchema, 'The CA that is retired'), ...BAD_BODY, ...BAD_CALLER, ...CONFLICT },
})

export function authorityRoutes(rotations: AuthorityRotations, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      return c.json({ items: rotations.list().map(shapeAuthority) }, 200)
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      return c.json(shapeAuthorityRotation(rotations.status(readPageRequest(c.req.valid('query')))), 200)
    })
    .openapi({ ...begin, middleware: guard('administer') }, async (c) => {
      return c.json({ current: shapeFacts(await rotations.begin(readWish(c.req.valid('json')))) }, 201)
    })
    .openapi({ ...retire, middleware: guard('administer') }, async (c) => {
      const { force = false } = c.req.valid('json')
      return c.json({ retired: shapeFacts(await rotations.retire(force)) }, 200)
    })
}
