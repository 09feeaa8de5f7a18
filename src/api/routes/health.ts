import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { json, PUBLIC } from '../operation.ts'
import type { Health, ReadinessCheck } from '../ports.ts'

const tags = ['health']
const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  warning: z.string().optional().openapi({ description: 'What is wrong, though the hub does its work' }),
})
const readinessSchema = z
  .object({ status: z.enum(['ok', 'failed']), checks: z.array(checkSchema) })
  .openapi('Readiness')

const logging = createRoute({
  method: 'get',
  path: '/api/health/logging',
  tags,
  ...PUBLIC,
  summary: 'That the hub answers, and at which level it logs',
  responses: { 200: json(z.object({ status: z.literal('ok'), level: z.string() }), 'Alive') },
})

const live = createRoute({
  method: 'get',
  path: '/livez',
  tags,
  ...PUBLIC,
  summary: 'That the process answers',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
})

const ready = createRoute({
  method: 'get',
  path: '/readyz',
  tags,
  ...PUBLIC,
  summary: 'Whether the hub can do its work',
  responses: { 200: json(readinessSchema, 'Every check is good'), 503: json(readinessSchema, 'A check has failed') },
})

// What was so is of no use to whoever asks: a proxy between must not answer for us.
const NO_STORE = { 'cache-control': 'no-store' }

export function healthRoutes(health: Health, readiness: readonly ReadinessCheck[]) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(logging, (c) => c.json({ status: 'ok' as const, level: health.level() }, 200))
    .openapi(live, (c) => c.json({ status: 'ok' as const }, 200, NO_STORE))
    .openapi(ready, async (c) => {
      const checks = await Promise.all(
        readiness.map(async (check) =>
          exact({ name: check.name, ok: await check.isReady(), warning: check.warning?.()?.detail }),
        ),
      )
      const isReady = checks.every(({ ok }) => ok)
      return isReady
        ? c.json({ status: 'ok' as const, checks }, 200, NO_STORE)
        : c.json({ status: 'failed' as const, checks }, 503, NO_STORE)
    })
}
