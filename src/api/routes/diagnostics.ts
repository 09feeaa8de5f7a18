import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, BAD_REQUEST, json } from '../operation.ts'
import { pageQuerySchema } from '../pagination.ts'
import type { RefusalLog } from '../ports.ts'
import { refusalSchema, shapeRefusal } from '../resources/refusal.ts'

const refusals = createRoute({
  method: 'get',
  path: '/refusals',
  tags: ['diagnostics'],
  summary: 'Who was refused, why, and what mends it; newest first',
  request: { query: pageQuerySchema.pick({ limit: true }) },
  responses: { 200: json(z.object({ items: z.array(refusalSchema) }), 'The refusals'), ...BAD_REQUEST, ...BAD_CALLER },
})

export function diagnosticRoutes(log: RefusalLog, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...refusals, middleware: guard('read') }, (c) => {
    const newest = log.list().slice(0, c.req.valid('query').limit)
    return c.json({ items: newest.map(shapeRefusal) }, 200)
  })
}
