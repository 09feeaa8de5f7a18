import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Logger } from '../../logger.ts'
import type { EmqxAuthenticator, EmqxVerdict } from '../../registry/emqx-authenticator.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { json, NO_CREDENTIAL } from '../operation.ts'
import { readBody } from '../request/request-body.ts'
import { emqxConnectSchema, emqxVerdictSchema, parseEmqxConnect } from '../resources/emqx-connect.ts'

const authenticate = createRoute({
  method: 'post',
  path: '/',
  tags: ['emqx'],
  summary: "EMQX's HTTP authenticator: always 200 for the roles validator and admin",
  request: {
    body: {
      required: false,
      content: {
        'application/json': { schema: emqxConnectSchema },
        'application/x-www-form-urlencoded': { schema: emqxConnectSchema },
      },
    },
  },
  responses: { 200: json(emqxVerdictSchema, 'The verdict'), ...NO_CREDENTIAL },
})

const DENY: EmqxVerdict = { result: 'deny', is_superuser: false }

/** To EMQX a 4xx means "backend broken": whatever it sends, and whatever happens here, the answer is a verdict. */
export function emqxRoutes(emqx: EmqxAuthenticator, guard: Guard, logger: Logger) {
  const app = new OpenAPIHono<ApiEnv>()
  // Not through app.openapi: its validators would answer 400 and 415.
  app.openAPIRegistry.registerPath(authenticate)
  app.post('/', guard('answer_emqx', 'unauthorized'), async (c) => {
    try {
      const body = await readBody(c.req.raw)
      const connect = parseEmqxConnect(body ?? new Uint8Array(), c.req.header('content-type'))
      return c.json(emqx.authenticate(connect ?? {}, c.env.origin.address))
    } catch (error) {
      logger.error({ err: error, requestId: c.var.requestId }, 'An EMQX connect could not be judged')
      return c.json(DENY)
    }
  })
  return app
}
