import { describe, expect, test } from 'vitest'
import type { RequestOrigin } from '../../../src/api/request/request-origin.ts'
import { createHarness } from '../api-harness.ts'

const LOCAL: RequestOrigin = { surface: 'http', address: '127.0.0.1', loopback: true }
const REMOTE: RequestOrigin = { surface: 'http', address: '192.0.2.7', loopback: false }

describe('a request without TLS', () => {
  test('from loopback uses the API, with its token', async () => {
    const { call, refusals } = createHarness()
    expect(await call('http://localhost:3000/api/devices', { origin: LOCAL })).toMatchObject({ status: 200 })
    const answer = await call('http://localhost:3000/api/devices', { origin: LOCAL, as: 'nobody' })
    expect(answer).toMatchObject({ status: 401 })
    expect(refusals).toEqual([{ address: '127.0.0.1', surface: 'http', cause: 'token_missing' }])
  })

  test('from loopback under a foreign name is refused, token or not, and reaches nothing', async () => {
    const { call, calls, refusals } = createHarness()
    const answer = await call('http://evil.example:3000/api/devices', { origin: LOCAL })
    expect(answer).toMatchObject({ status: 421, body: { code: 'misdirected_request', status: 421 } })
    expect(calls).toEqual([])
    expect(refusals).toEqual([])
  })

  test('from afar is redirected before its token is looked at, and reaches nothing', async () => {
    const { call, calls, refusals } = createHarness()
    const json = { deviceId: 'd' }
    const answer = await call('http://hub.example.com:3000/api/devices', { method: 'POST', json, origin: REMOTE })
    expect(answer.status).toBe(308)
    expect(answer.headers.get('location')).toBe('https://hub.example.com:3000/api/devices')
    expect([...calls, ...refusals]).toEqual([])
  })

  test('is redirected for good to a name, and for now to localhost', async () => {
    const { call } = createHarness()
    const named = await call('http://hub.example.com/console', { origin: REMOTE })
    expect(named.status).toBe(308)
    expect(named.headers.has('cache-control')).toBe(false)
    const local = await call('http://localhost/console', { origin: LOCAL })
    expect(local.status).toBe(307)
    expect(local.headers.get('cache-control')).toBe('no-store')
  })

  test('reads what is public', async () => {
    const answer = await createHarness().call('http://192.0.2.1/api/time', { as: 'nobody', origin: REMOTE })
    expect(answer).toMatchObject({ status: 200 })
  })

  test('from loopback is redirected too where loopback_http is false', async () => {
    const { call } = createHarness({ loopbackHttp: false })
    expect(await call('http://localhost/api/devices', { origin: LOCAL })).toMatchObject({ status: 307 })
  })

  test('is judged by what HTTPS is reached by now', async () => {
    const https = { serverNames: () => ['new.example.com'], publicHost: undefined, httpsPort: 8443 }
    const { call } = createHarness({ https })
    const { headers } = await call('http://new.example.com/x', { origin: REMOTE })
    expect(headers.get('location')).toBe('https://new.example.com:8443/x')
  })
})
