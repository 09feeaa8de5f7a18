import { createRoute, OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Logger } from '../../logger.ts'
import type { EmqxAuthenticator } from '../../registry/emqx-authenticator.ts'
import type { EmqxAuthorizer } from '../../registry/emqx-authorizer.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { json, NO_CREDENTIAL } from '../operation.ts'
import { readBody } from '../request/request-body.ts'
import { emqxActionSchema, emqxAuthorizationSchema } from '../resources/emqx-action.ts'
import { emqxConnectSchema, emqxVerdictSchema } from '../resources/emqx-connect.ts'
import { parseEmqxCall } from '../resources/emqx-request.ts'

/** Described for POST, which carries a certificate best; EMQX's `method = get` puts the same fields into the query. */
function describeCall<Asked extends z.ZodObject, Told extends z.ZodType>(summary: string, asked: Asked, told: Told) {
  const shared = {
    path: '/',
    tags: ['emqx'],
    summary,
    responses: { 200: json(told, 'The verdict'), ...NO_CREDENTIAL },
  }
  const content = { 'application/json': { schema: asked }, 'application/x-www-form-urlencoded': { schema: asked } }
  return [
    createRoute({ ...shared, method: 'post', request: { body: { required: false, content } } }),
    createRoute({ ...shared, method: 'get', request: { query: asked } }),
  ]
}

const AUTHENTICATE = describeCall(
  "EMQX's HTTP authenticator: always 200 for the roles validator and admin",
  emqxConnectSchema,
  emqxVerdictSchema,
)
const AUTHORIZE = describeCall(
  "EMQX's HTTP authoriser: always 200 for the roles validator and admin",
  emqxActionSchema,
  emqxAuthorizationSchema,
)
const UNAUTHENTICATED = { result: 'deny', is_superuser: false } as const
const UNAUTHORIZED = { result: 'deny' } as const

export function emqxAuthenticatorRoutes(emqx: EmqxAuthenticator, guard: Guard, logger: Logger) {
  return createRoutes(AUTHENTICATE, guard, (c) =>
    answer(c, logger, UNAUTHENTICATED, async () =>
      emqx.authenticate(await readCall(c, emqxConnectSchema), c.env.origin.address),
    ),
  )
}

export function emqxAuthorizerRoutes(emqx: EmqxAuthorizer, guard: Guard, logger: Logger) {
  return createRoutes(AUTHORIZE, guard, (c) =>
    answer(c, logger, UNAUTHORIZED, async () =>
      emqx.authorize(await readCall(c, emqxActionSchema), c.env.origin.address),
    ),
  )
}

type Descriptions = ReturnType<typeof describeCall>

function createRoutes(descriptions: Descriptions, guard: Guard, judge: (c: Context<ApiEnv>) => Promise<Response>) {
  const app = new OpenAPIHono<ApiEnv>()
  // Not through app.openapi: its validators would answer 400 and 415.
  for (const description of descriptions) app.openAPIRegistry.registerPath(description)
  const authorize = guard('answer_emqx', 'unauthorized')
  app.post('/', authorize, judge)
  app.get('/', authorize, judge)
  return app
}

/** To EMQX a 4xx means "backend broken": whatever it sends, and whatever happens here, the answer is a verdict. */
async function answer(
  c: Context<ApiEnv>,
  logger: Logger,
  deny: object,
  judge: () => Promise<object>,
): Promise<Response> {
  // Somebody looks whether the hub is there, and asks about nobody.
  if (c.req.method === 'HEAD') return c.json(deny)
  try {
    return c.json(await judge())
  } catch (error) {
    logger.error(
      { component: 'emqx', err: error, requestId: c.var.requestId },
      'A question of EMQX could not be judged',
    )
    return c.json(deny)
  }
}

async function readCall<Shape extends z.ZodRawShape>({ req }: Context<ApiEnv>, schema: z.ZodObject<Shape>) {
  const body = await readBody(req.raw)
  const query = new URL(req.url).searchParams
  return body && parseEmqxCall(schema, { query, body, contentType: req.header('content-type') })
}
