import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Search } from '../../registry/search.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, BAD_REQUEST, json } from '../operation.ts'

const hitSchema = z
  .object({
    kind: z.enum(['device', 'service', 'user', 'session', 'certificate']),
    id: z.string().openapi({ description: 'Of a certificate its fingerprint, of a session its client id' }),
    matched: z.enum(['id', 'user', 'serialNumber', 'fingerprint', 'clientId', 'address']),
    text: z.string().openapi({ description: 'What it is, for a person', example: 'device of user-1' }),
  })
  .openapi('SearchHit', {
    example: { kind: 'device', id: 'device-001', matched: 'id', text: 'device of user-1' },
  })

const find = createRoute({
  method: 'get',
  path: '/',
  tags: ['overview'],
  summary: 'What a name, or a part of one, may mean: 20 at most, the surest first',
  description:
    'By part of the id of a device, service or user; by the serial number of a certificate, or its fingerprint or the beginning of it in any spelling; by client id or the beginning of the address of a live session.',
  request: { query: z.object({ q: z.string().trim().min(1).max(256) }) },
  responses: { 200: json(z.object({ items: z.array(hitSchema) }), 'What was found'), ...BAD_REQUEST, ...BAD_CALLER },
})

export function searchRoutes(search: Search, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...find, middleware: guard('read') }, (c) => {
    const items = search(c.req.valid('query').q).map((hit) => ({ ...hit }))
    return c.json({ items }, 200)
  })
}
