import { describe, expect, test, vi } from 'vitest'
import { createApiClient, type FetchHub, path } from '../../../src/console/hub/api-client.ts'
import { ProblemError } from '../../../src/console/hub/problem.ts'

const PROBLEM = {
  title: 'Conflict',
  status: 409,
  detail: 'Device board-1 is there already',
  code: 'device_exists',
  requestId: 'r1',
}

const ACCEPT = 'application/json, */*;q=0.5'

function createClient(answer: () => Response | Promise<Response>) {
  const asked: { readonly url: string; readonly init: RequestInit }[] = []
  const fetchHub: FetchHub = async (url, init) => {
    asked.push({ url, init })
    return answer()
  }
  const onSignedOut = vi.fn()
  return { api: createApiClient(fetchHub, onSignedOut), asked, onSignedOut }
}

function problemOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'it was answered',
    (error: unknown) => (error instanceof ProblemError ? error.problem : error),
  )
}

test('what the hub warns of, though it was done, is told', async () => {
  const headers = new Headers()
  for (const name of ['token a', 'its imported password']) headers.append('warning', `299 - "${name} lets it in"`)
  const { api, asked } = createClient(() => Response.json({}, { headers }))
  expect(await api.remove('api/devices/certificates/pump')).toEqual([
    'token a lets it in',
    'its imported password lets it in',
  ])
  expect(asked[0]?.init.method).toBe('DELETE')
  expect(await createClient(() => Response.json({})).api.remove('api/devices/certificates/pump')).toEqual([])
})

describe('a question', () => {
  for (const { query, url } of [
    { query: undefined, url: 'api/devices' },
    { query: {}, url: 'api/devices' },
    { query: { q: '', user: undefined }, url: 'api/devices' },
    { query: { q: 'a b&c', limit: 50, online: false }, url: 'api/devices?q=a+b%26c&limit=50&online=false' },
  ]) {
    test(`with ${JSON.stringify(query)} goes to ${url}`, async () => {
      const { api, asked } = createClient(() => Response.json({ items: [] }))
      expect(await api.get('api/devices', query)).toEqual({ items: [] })
      expect(asked).toEqual([
        { url, init: { method: 'GET', cache: 'no-store', credentials: 'same-origin', headers: { accept: ACCEPT } } },
      ])
    })
  }

  for (const status of [202, 204]) {
    test(`that is answered with nothing (${status}) gives undefined`, async () => {
      const { api } = createClient(() => new Response(null, { status }))
      expect(await api.get('api/session')).toBeUndefined()
    })
  }
})

describe('an order', () => {
  test('goes out as JSON', async () => {
    const { api, asked } = createClient(() => Response.json({ id: 1 }, { status: 201 }))
    expect(await api.send('POST', 'api/devices', { deviceId: 'board-1' })).toEqual({ id: 1 })
    expect(asked[0]?.init).toMatchObject({
      method: 'POST',
      body: '{"deviceId":"board-1"}',
      headers: { accept: ACCEPT, 'content-type': 'application/json' },
    })
  })

  test('without a body says nothing of its type', async () => {
    const { api, asked } = createClient(() => new Response(null, { status: 204 }))
    expect(await api.send('DELETE', 'api/devices/board-1')).toBeUndefined()
    expect(asked[0]?.init).not.toHaveProperty('body')
    expect(asked[0]?.init.headers).toEqual({ accept: ACCEPT })
  })
})

describe('a file', () => {
  for (const { disposition, name } of [
    { disposition: 'attachment; filename="board-1.zip"', name: 'board-1.zip' },
    { disposition: 'attachment', name: 'signet' },
    { disposition: undefined, name: 'signet' },
  ]) {
    test(`with the disposition ${disposition} is called ${name}`, async () => {
      const headers = disposition === undefined ? {} : { 'content-disposition': disposition }
      const { api, asked } = createClient(() => new Response('octets', { headers }))
      const file = await api.download('POST', 'api/devices/board-1/bundle', { format: 'zip' })
      expect({ name: file.name, text: await file.content.text() }).toEqual({ name, text: 'octets' })
      expect(asked[0]?.init).toMatchObject({ method: 'POST', body: '{"format":"zip"}' })
    })
  }

  test('that is refused throws the problem, and saves nothing', async () => {
    const { api } = createClient(() => Response.json(PROBLEM, { status: 409 }))
    expect(await problemOf(api.download('GET', 'api/backup'))).toEqual(PROBLEM)
  })
})

describe('a refusal', () => {
  test('throws the problem as the API writes it (RFC 9457)', async () => {
    const headers = { 'content-type': 'application/problem+json' }
    const { api, onSignedOut } = createClient(() => new Response(JSON.stringify(PROBLEM), { status: 409, headers }))
    expect(await problemOf(api.send('POST', 'api/devices', {}))).toEqual(PROBLEM)
    await expect(api.get('api/devices')).rejects.toThrow(PROBLEM.detail)
    expect(onSignedOut).not.toHaveBeenCalled()
  })

  test('with 401 tells that the session has ended', async () => {
    const problem = { title: 'Unauthorized', status: 401, detail: 'Sign in', code: 'unauthorized' }
    const { api, onSignedOut } = createClient(() => Response.json(problem, { status: 401 }))
    expect(await problemOf(api.get('api/devices'))).toEqual(problem)
    expect(onSignedOut).toHaveBeenCalledTimes(1)
  })

  for (const body of ['<html>Bad Gateway</html>', null]) {
    test(`of something between that answers ${body ?? 'with no content'} is told by its status`, async () => {
      const { api } = createClient(() => new Response(body, { status: 502, statusText: 'Bad Gateway' }))
      expect(await problemOf(api.get('api/devices'))).toEqual({
        title: 'Bad Gateway',
        status: 502,
        detail: 'HTTP 502 Bad Gateway',
        code: 'unexpected',
      })
    })
  }

  for (const thrown of [new TypeError('Failed to fetch'), 'Failed to fetch']) {
    test(`of the network by ${typeof thrown} is told as unreachable`, async () => {
      const { api, onSignedOut } = createClient(() => Promise.reject(thrown))
      expect(await problemOf(api.get('api/devices'))).toEqual({
        title: 'Unreachable',
        status: 0,
        detail: 'Failed to fetch',
        code: 'unreachable',
      })
      expect(onSignedOut).not.toHaveBeenCalled()
    })
  }
})

test('a part of an address is encoded: no name leads elsewhere', () => {
  expect(path('api/devices')).toBe('api/devices')
  expect(path('api/devices', '../a?b#c', 'tokens')).toBe('api/devices/..%2Fa%3Fb%23c/tokens')
})
