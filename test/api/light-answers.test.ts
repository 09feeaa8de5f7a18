import { describe, expect, test } from 'vitest'
import { installLightAnswers } from '../../src/api/light-answers.ts'
import { createHarness } from './api-harness.ts'

const { Response: NodeResponse } = globalThis
installLightAnswers()

test('an answer is the one of the HTTP library', async () => {
  const { app } = createHarness()
  expect(globalThis.Response).not.toBe(NodeResponse)
  const answer = await app.request(
    '/livez',
    {},
    { origin: { surface: 'https', address: '192.0.2.7', loopback: false } },
  )
  expect(Object.getPrototypeOf(answer)).toBe(globalThis.Response.prototype)
})

// What is promised of an answer is promised of this one: sockets, streams, refusals, headers.
for (const suite of [
  './http-server.test.ts',
  './api.test.ts',
  './cors.test.ts',
  './access/access.test.ts',
  './request/plain-http.test.ts',
  './request/timed-request.test.ts',
  './routes/bulk.test.ts',
  './routes/console.test.ts',
  './routes/device-certificates.test.ts',
  './routes/key-stores.test.ts',
  './routes/public.test.ts',
]) {
  describe(`with light answers, ${suite}`, async () => void (await import(suite)))
}
