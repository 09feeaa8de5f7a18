import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { ExpiryWatch } from '../../registry/expiry/expiry-watch.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, json } from '../operation.ts'
import { expirySchema, shapeExpiry } from '../resources/expiry.ts'

const count = createRoute({
  method: 'get',
  path: '/expiry',
  tags: ['certificates'],
  summary: 'Count the certificates by the time of their end',
  responses: { 200: json(expirySchema, 'By kind'), ...BAD_CALLER },
})

export function expiryRoutes(expiry: Pick<ExpiryWatch, 'count' | 'authorities'>, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...count, middleware: guard('read') }, async (c) =>
    c.json(shapeExpiry(await expiry.count(), expiry.authorities()), 200),
  )
}
