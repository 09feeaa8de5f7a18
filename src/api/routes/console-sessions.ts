import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ConsoleSessions } from '../../registry/console/console-sessions.ts'
import type { SignIns } from '../../registry/console/sign-ins.ts'
import { introduce } from '../access/caller.ts'
import type { Guard } from '../access/guard.ts'
import { NO_SESSION_COOKIE } from '../access/session-cookie.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, json, NO_CONTENT, NOT_FOUND, optionalJsonBody } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import type { HttpsIdentity } from '../ports.ts'
import { originForOthers } from '../request/own-origin.ts'
import {
  consoleSessionSchema,
  newSignInLinkSchema,
  shapeConsoleSession,
  shapeNewSignInLink,
  shapeSignedIn,
  signedInSchema,
  signInLink,
  signInLinkRequestSchema,
} from '../resources/console-session.ts'

const tags = ['console']

const createLink = createRoute({
  method: 'post',
  path: '/sign-in-links',
  tags,
  summary: 'Make a link by which somebody signs in to the console, once, within 15 minutes',
  request: { body: optionalJsonBody(signInLinkRequestSchema) },
  responses: { 201: json(newSignInLinkSchema, 'The link'), ...BAD_BODY, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/session',
  tags,
  summary: 'Who calls, by what, and what he may do: for every credential there is',
  responses: {
    200: json(signedInSchema, 'The caller'),
    204: { description: 'No credential was shown' },
    ...BAD_CALLER,
  },
})

const signOut = createRoute({
  method: 'delete',
  path: '/session',
  tags,
  summary: 'Sign out of the console',
  responses: { 204: NO_CONTENT, ...BAD_CALLER },
})

const list = createRoute({
  method: 'get',
  path: '/console-sessions',
  tags,
  summary: 'List who is signed in to the console',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(consoleSessionSchema), 'In order of their ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const end = createRoute({
  method: 'delete',
  path: '/console-sessions/{id}',
  tags,
  summary: 'Sign somebody out of the console',
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: NO_CONTENT, ...BAD_CALLER, ...NOT_FOUND },
})

export interface ConsoleRouteParts {
  readonly signIns: Pick<SignIns, 'createLink'>
  readonly consoleSessions: Pick<ConsoleSessions, 'list' | 'end'>
  readonly https: HttpsIdentity
}

export function consoleSessionRoutes({ signIns, consoleSessions, https }: ConsoleRouteParts, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...createLink, middleware: guard('administer') }, (c) => {
      const { name = introduce(c.var.caller).name, role = 'admin' } = c.req.valid('json')
      const { link, secret } = signIns.createLink({ name, role })
      return c.json(shapeNewSignInLink(link, signInLink(originForOthers(c.req.url, https), secret)), 201)
    })
    .openapi(show, (c) => c.json(shapeSignedIn(c.var.caller), 200))
    .openapi(signOut, (c) => {
      const { session } = c.var.caller
      if (session) consoleSessions.end(session.id)
      c.header('set-cookie', NO_SESSION_COOKIE)
      return c.body(null, 204)
    })
    .openapi({ ...list, middleware: guard('administer') }, (c) => {
      const page = pageOf(consoleSessions.list(), ({ id }) => id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeConsoleSession), 200)
    })
    .openapi({ ...end, middleware: guard('administer') }, (c) => {
      consoleSessions.end(c.req.valid('param').id)
      return c.body(null, 204)
    })
}
