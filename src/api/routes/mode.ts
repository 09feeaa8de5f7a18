import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_CALLER, json } from '../operation.ts'
import type { AuthModes } from '../ports.ts'
import { modesSchema, shapeModes } from '../resources/mode.ts'

const show = createRoute({
  method: 'get',
  path: '/',
  tags: ['description'],
  summary: 'What clients must show: mqtt.auth and api.auth as they hold now',
  responses: { 200: json(modesSchema, 'The modes'), ...BAD_CALLER },
})

export function modeRoutes(modes: AuthModes, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...show, middleware: guard('read') }, (c) =>
    c.json(shapeModes(modes), 200),
  )
}
