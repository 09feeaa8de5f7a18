import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { BAD_CALLER } from '../operation.ts'

const scrape = createRoute({
  method: 'get',
  path: '/',
  tags: ['health'],
  summary: "What the hub counts, in Prometheus' text format",
  responses: {
    200: { description: 'Every metric', content: { 'text/plain': { schema: z.string() } } },
    ...BAD_CALLER,
  },
})

export function metricRoutes(metrics: Metrics, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...scrape, middleware: guard('read') }, async (c) => {
    return c.text(await metrics.render(), 200, { 'content-type': metrics.contentType })
  })
}
