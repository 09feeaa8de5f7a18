import { describe, expect, test } from 'vitest'
import { createHarness } from './api-harness.ts'

const PAGE = 'https://app.example.com'

function withOrigins(...allowedOrigins: readonly string[]) {
  const { call } = createHarness({ allowedOrigins, health: { level: () => fail() } })
  return (path: string, origin: string, method = 'GET', headers: Readonly<Record<string, string>> = {}) =>
    call(path, { method, headers: { origin, ...headers } })
}

function fail(): string {
  throw new Error('broken')
}

function corsHeaders(headers: Headers): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))
}

describe('with api.allowed_origins', () => {
  const paths = [
    { path: '/api/devices', status: 200 },
    { path: '/api/nothing', status: 404 },
    { path: '/api/health/logging', status: 500 },
  ]
  for (const { path, status } of paths) {
    test(`a page of such an origin may read the ${status} of ${path}`, async () => {
      const answer = await withOrigins('https://other.example.com', PAGE)(path, PAGE)
      expect(answer.status).toBe(status)
      expect(corsHeaders(answer.headers)).toEqual({
        'access-control-allow-origin': PAGE,
        'access-control-expose-headers': 'warning,x-request-id',
        vary: 'Origin',
      })
    })
  }

  test('a preflight is answered with what may be sent, without a credential', async () => {
    const { call } = createHarness({ allowedOrigins: [PAGE] })
    const headers = { origin: PAGE, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'x' }
    const answer = await call('/api/devices/device-001', { method: 'OPTIONS', as: 'nobody', headers })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(corsHeaders(answer.headers)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET,HEAD,POST,PUT,PATCH,DELETE',
      'access-control-allow-headers': 'authorization,content-type,idempotency-key',
      'access-control-expose-headers': 'warning,x-request-id',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Headers',
    })
  })

  for (const origin of [
    `${PAGE}.evil.example`,
    `${PAGE}:444`,
    'http://app.example.com',
    'null',
    '*',
    PAGE.toUpperCase(),
  ]) {
    test(`a page of ${origin} may not`, async () => {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await withOrigins(PAGE)('/api/devices', origin, method)
        expect(headers.has('access-control-allow-origin')).toBe(false)
        expect(headers.get('vary')).toContain('Origin')
      }
    })
  }

  test('nothing but the API is opened', async () => {
    for (const path of ['/livez', '/openapi.json', '/nothing']) {
      expect(corsHeaders((await withOrigins(PAGE)(path, PAGE)).headers)).toEqual({})
    }
  })
})

test('without it no page of another origin may, and OPTIONS is not allowed', async () => {
  const ask = withOrigins()
  expect(corsHeaders((await ask('/api/devices', PAGE)).headers)).toEqual({})
  const preflight = await ask('/api/devices', PAGE, 'OPTIONS', { 'access-control-request-method': 'GET' })
  expect(preflight.status).toBe(405)
  expect(corsHeaders(preflight.headers)).toEqual({})
})
