import { Hono } from 'hono'
import { afterAll, expect, test } from 'vitest'
import type { ApiEnv } from '../../../src/api/api-env.ts'
import { tracedRequest } from '../../../src/api/request/traced-request.ts'
import { startTelemetry } from '../../support/telemetry.ts'

const telemetry = startTelemetry()
afterAll(() => telemetry[Symbol.dispose]())

const ADDRESS = '192.0.2.7'

const app = new Hono<ApiEnv>()
app.use(tracedRequest())
app.get('/devices/:id', (c) => c.text('here'))
app.get('/broken', (c) => c.text('', 500))

for (const { path, surface, name, expected } of [
  {
    path: '/devices/device-001?token=secret',
    surface: 'https',
    name: 'GET /devices/:id',
    expected: { 'url.scheme': 'https', 'url.path': '/devices/device-001', 'http.route': '/devices/:id' },
  },
  { path: '/nowhere', surface: 'http', name: 'GET', expected: { 'url.scheme': 'http', 'url.path': '/nowhere' } },
  { path: '/broken', surface: 'socket', name: 'GET /broken', expected: { 'url.scheme': 'https', 'error.type': '500' } },
] as const) {
  test(`the span of ${path} is called ${name}`, async () => {
    await app.request(path, {}, { origin: { surface, address: ADDRESS, loopback: false } })
    const span = telemetry.spans().at(-1)
    expect(span?.name).toBe(name)
    expect(span?.attributes).toMatchObject({ ...expected, 'client.address': ADDRESS })
  })
}
