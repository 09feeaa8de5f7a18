import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Clock } from '../../clock.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_REQUEST, json, PUBLIC } from '../operation.ts'
import type { SignTime } from '../ports.ts'

const now = z.iso.datetime()

// The signed text is lines: a nonce that held a line feed could be read as another nonce and time.
const nonceSchema = z.string().regex(/^[^\p{Cc}]{1,128}$/u, '1 to 128 characters, none of them a control character')

const tell = createRoute({
  method: 'get',
  path: '/api/time',
  tags: ['time'],
  ...PUBLIC,
  summary: "The hub's time; with a nonce signed with the server's key over `signet-time-1\\n<nonce>\\n<now>`",
  request: { query: z.object({ nonce: nonceSchema.optional() }) },
  responses: {
    200: json(
      z.union([
        z.object({ now }),
        z.object({ now, nonce: z.string(), signature: z.string(), certificate: z.string() }),
      ]),
      'The time, for a device whose clock has not been set',
    ),
    ...BAD_REQUEST,
  },
})

export function timeRoutes(clock: Clock, signTime: SignTime) {
  return new OpenAPIHono<ApiEnv>().openapi(tell, (c) => {
    const { nonce } = c.req.valid('query')
    const now = clock().toISOString()
    if (nonce === undefined) return c.json({ now }, 200)
    const { signature, certificate } = signTime(`signet-time-1\n${nonce}\n${now}`)
    return c.json({ now, nonce, signature, certificate }, 200)
  })
}
