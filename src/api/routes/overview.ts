import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import type { OverviewCalls } from '../observation-ports.ts'
import { BAD_CALLER, BAD_REQUEST, json } from '../operation.ts'
import {
  historyQuerySchema,
  historySchema,
  overviewSchema,
  shapeHistory,
  shapeOverview,
} from '../resources/overview.ts'

const tags = ['overview']

const show = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'How the hub is, in numbers: devices, sessions, certificates that end, memory, disk, and what is red',
  responses: { 200: json(overviewSchema, 'The numbers of this moment'), ...BAD_CALLER },
})

const history = createRoute({
  method: 'get',
  path: '/history',
  tags,
  summary: 'The last hour in steps of ten seconds, or the last day in steps of five minutes',
  description: 'Kept in memory: it begins with the process.',
  request: { query: historyQuerySchema },
  responses: { 200: json(historySchema, 'In columns'), ...BAD_REQUEST, ...BAD_CALLER },
})

export function overviewRoutes(overview: OverviewCalls, guard: Guard) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...show, middleware: guard('read') }, async (c) => c.json(shapeOverview(await overview.read()), 200))
    .openapi({ ...history, middleware: guard('read') }, (c) =>
      c.json(shapeHistory(overview.history(c.req.valid('query').range)), 200),
    )
}
