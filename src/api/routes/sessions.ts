import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { SessionList } from '../../broker/session-list.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_CALLER, BAD_REQUEST, json, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageOf, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { sessionEndQuerySchema, sessionQuerySchema, sessionSchema, shapeSession } from '../resources/session.ts'

const params = z.object({ clientId: z.string() })
const tags = ['sessions']

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List sessions, live ones and those that wait for their clients',
  request: { query: sessionQuerySchema },
  responses: { 200: json(pageSchema(sessionSchema), 'In order of their client ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/{clientId}',
  tags,
  summary: 'One session',
  request: { params },
  responses: { 200: json(sessionSchema, 'The session'), ...BAD_CALLER, ...NOT_FOUND },
})

const end = createRoute({
  method: 'delete',
  path: '/{clientId}',
  tags,
  summary: 'Disconnect a client and drop its session',
  description:
    'Its will is published, as of a connection that was lost. With `ban` it is not, and the device (of a service, or where a policy says `clientId: any`, this client id alone) is refused for so long.',
  request: { params, query: sessionEndQuerySchema },
  responses: { 204: NO_CONTENT, ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export function sessionRoutes(sessions: Pick<SessionList, 'clientIds' | 'get' | 'disconnect'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const { limit, cursor, q: search, state, deviceId: id, kind } = c.req.valid('query')
      const holder = id === undefined ? undefined : { kind, id }
      const clientIds = sessions.clientIds(exact({ search, state, holder }))
      const page = pageOf(clientIds, (clientId) => clientId, readPageRequest({ limit, cursor }))
      return c.json(
        shapePage(page, (clientId) => shapeSession(sessions.get(clientId))),
        200,
      )
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => {
      return c.json(shapeSession(sessions.get(c.req.valid('param').clientId)), 200)
    })
    .openapi({ ...end, middleware: guard('operate') }, async (c) => {
      await sessions.disconnect(c.req.valid('param').clientId, c.req.valid('query').ban)
      return c.body(null, 204)
    })
}
