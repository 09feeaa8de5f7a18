import { describe, expect, test } from 'vitest'
import { createHarness } from '../api-harness.ts'

describe('the time that a request took is told', () => {
  for (const { method = 'GET', path, route, status, ...rest } of [
    { path: '/api/devices/device-001', route: '/api/devices/:id', status: 200 },
    { path: '/api/devices/device-001', route: '/api/devices/:id', status: 403, as: 'validator' as const },
    { method: 'POST', path: '/api/publish', route: '/api/publish', status: 202, json: { topicName: 'a', payload: '' } },
    { path: '/livez', route: '/livez', status: 200 },
    // What nobody has described has no name, however many there are of it.
    { path: '/api/nothing/here', route: 'none', status: 401, as: 'nobody' as const },
    { path: '/nothing/here', route: 'none', status: 404 },
  ]) {
    test(`${method} ${path} as ${route} with ${status}`, async () => {
      const { call, requests } = createHarness()
      expect((await call(path, { method, ...rest })).status).toBe(status)
      expect(requests).toEqual([{ method, route, status, seconds: expect.any(Number) }])
      expect(requests[0]?.seconds).toBeGreaterThan(0)
    })
  }
})
