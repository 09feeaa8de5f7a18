import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, jsonBody, problem } from '../operation.ts'
import type { Publisher } from '../ports.ts'
import { publicationSchema, readPublication } from '../resources/publication.ts'

const publish = createRoute({
  method: 'post',
  path: '/',
  tags: ['messages'],
  summary: 'Publish a message, as a client of the role admin or operator',
  description:
    'Answered when it is kept for every session it must reach, as PUBACK would be. What a receiver may not read it is not given.',
  request: { body: jsonBody(publicationSchema) },
  responses: {
    202: { description: 'Taken' },
    ...BAD_BODY,
    ...BAD_CALLER,
    413: problem('The packet would exceed limits.packet_bytes'),
    503: problem('The store cannot be written, or the hub is stopping'),
    507: problem('What waits fills limits.store_bytes'),
  },
})

export function publishRoutes({ publish: take }: Pick<Publisher, 'publish'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...publish, middleware: guard('publish') }, async (c) => {
    await take(readPublication(c.req.valid('json')))
    return c.body(null, 202)
  })
}
