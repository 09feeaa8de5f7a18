import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Bans } from '../../broker/bans.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, BAD_REQUEST, json, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { banSchema, shapeBan } from '../resources/ban.ts'

const tags = ['sessions']

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List who is refused for a while; bans end with the hub',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(banSchema), 'In order of their ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const lift = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  summary: 'End a ban now',
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: NO_CONTENT, ...BAD_CALLER, ...NOT_FOUND },
})

export function banRoutes(bans: Pick<Bans, 'list' | 'lift'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const page = pageOf(bans.list(), ({ id }) => id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeBan), 200)
    })
    .openapi({ ...lift, middleware: guard('operate') }, (c) => {
      bans.lift(c.req.valid('param').id)
      return c.body(null, 204)
    })
}
