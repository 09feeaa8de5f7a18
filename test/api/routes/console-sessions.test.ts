import { describe, expect, test } from 'vitest'
import type { Role } from '../../../src/registry/api-token.ts'
import { type Call, createHarness, HTTPS, NOW, SOCKET } from '../api-harness.ts'

const NO_COOKIE = '__Host-signet=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0'
const OWN = 'http://localhost'
const FOREIGN = 'https://evil.example.com'

/** What a browser sends that is signed in with this role. */
function browser(role: string, headers: Readonly<Record<string, string>> = {}): Call {
  return { as: 'nobody', headers: { cookie: `theme=dark; __Host-signet=${role}`, ...headers } }
}

describe('POST /api/sign-in-links', () => {
  for (const { as, json, expected } of [
    { as: 'admin', json: undefined, expected: { name: 'the admin', role: 'admin' } },
    { as: 'admin', json: { name: 'eva', role: 'auditor' }, expected: { name: 'eva', role: 'auditor' } },
  ] as const) {
    test(`with ${JSON.stringify(json)} makes one for ${expected.name}`, async () => {
      const { call, consoleCalls } = createHarness()
      const answer = await call('/api/sign-in-links', { method: 'POST', as, ...(json ? { json } : {}) })
      expect(answer).toMatchObject({
        status: 201,
        body: {
          id: 'l1',
          ...expected,
          link: 'https://hub.example.com:3000/#/sign-in/good',
          expiresAt: NOW.toISOString(),
        },
      })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(consoleCalls).toEqual([['signIns.createLink', expected.name, expected.role]])
    })
  }

  test('over hub.sock is for the administrator of the machine', async () => {
    const { call } = createHarness()
    const answer = await call('/api/sign-in-links', { method: 'POST', as: 'nobody', origin: SOCKET })
    expect(answer.body).toMatchObject({ name: 'local', role: 'admin' })
  })

  for (const json of [{ role: 'validator' }, { role: 'king' }, { name: '' }, { name: 'a\nb' }, { days: 3 }]) {
    test(`refuses ${JSON.stringify(json)}`, async () => {
      const { call, consoleCalls } = createHarness()
      expect(await call('/api/sign-in-links', { method: 'POST', json })).toMatchObject({ status: 400 })
      expect(consoleCalls).toEqual([])
    })
  }
})

describe('POST /api/session', () => {
  test('by the secret of a link answers who it is, what he may do, and leaves the cookie', async () => {
    const { call, consoleCalls, audited } = createHarness()
    const answer = await call('/api/session', { method: 'POST', as: 'nobody', json: { link: 'operator' } })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      name: 'the operator',
      role: 'operator',
      permissions: ['operate', 'publish', 'read', 'validate'],
      via: 'link',
      expiresAt: NOW.toISOString(),
    })
    expect(answer.headers.get('set-cookie')).toBe('__Host-signet=operator; Secure; HttpOnly; SameSite=Strict; Path=/')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(consoleCalls).toEqual([['signIns.open', 'session-of-operator', undefined]])
    expect(audited).toMatchObject([
      {
        action: 'console.sign_in',
        object: 'link:l1',
        actor: 'session:session-of-operator the operator',
        role: 'operator',
      },
    ])
  })

  test('by a token does the same, and ends the session that the browser had', async () => {
    const { call, consoleCalls } = createHarness()
    const json = { token: 'auditor' }
    expect(await call('/api/session', { method: 'POST', json, ...browser('admin') })).toMatchObject({ status: 201 })
    expect(consoleCalls).toEqual([['signIns.open', 'session-of-auditor', 'session-of-admin']])
  })

  test('takes a browser whose cookie has ended', async () => {
    const { call } = createHarness()
    const json = { link: 'auditor' }
    expect(await call('/api/session', { method: 'POST', json, ...browser('ended') })).toMatchObject({ status: 201 })
  })

  test('records a wrong one with its cause, and never what was shown', async () => {
    const { call, refusals, lines } = createHarness()
    const answer = await call('/api/session', { method: 'POST', as: 'nobody', json: { link: 'sgn_a_guess' } })
    expect(answer).toMatchObject({ status: 404, body: { code: 'sign_in_link_not_found' } })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(refusals).toEqual([{ surface: 'https', address: HTTPS.address, cause: 'sign_in_link_unknown' }])
    expect(JSON.stringify([refusals, lines, answer.text])).not.toContain('sgn_a_guess')
  })

  for (const origin of [FOREIGN, 'null', 'https://localhost:8443']) {
    test(`of a page of ${origin} is refused`, async () => {
      const { call, consoleCalls, refusals } = createHarness({ allowedOrigins: [FOREIGN] })
      const headers = { origin }
      const answer = await call('/api/session', { method: 'POST', as: 'nobody', json: { link: 'admin' }, headers })
      expect(answer.status).toBe(403)
      expect(consoleCalls).toEqual([])
      expect(refusals).toMatchObject([{ cause: 'cross_origin', presented: { origin } }])
    })
  }

  for (const json of [{}, { link: 'a', token: 'b' }, { link: 'x'.repeat(513) }, { link: 7 }]) {
    test(`refuses ${JSON.stringify(json).slice(0, 40)}`, async () => {
      const { call } = createHarness()
      expect(await call('/api/session', { method: 'POST', as: 'nobody', json })).toMatchObject({ status: 400 })
    })
  }
})

describe('GET /api/session', () => {
  for (const { name, init, expected } of [
    { name: 'a token', init: { as: 'auditor' }, expected: { name: 'the auditor', role: 'auditor', via: 'token' } },
    { name: 'a cookie', init: browser('operator'), expected: { name: 'the operator', role: 'operator', via: 'link' } },
    {
      name: 'hub.sock',
      init: { as: 'nobody', origin: SOCKET },
      expected: { name: 'local', role: 'admin', via: 'local' },
    },
  ] as const) {
    test(`answers who calls by ${name}`, async () => {
      const { call } = createHarness()
      expect(await call('/api/session', init as Call)).toMatchObject({ status: 200, body: expected })
    })
  }

  const permissions: Readonly<Record<Role, readonly string[]>> = {
    admin: ['administer', 'operate', 'publish', 'read', 'validate', 'answer_emqx'],
    operator: ['operate', 'publish', 'read', 'validate'],
    auditor: ['read', 'validate'],
    validator: ['validate', 'answer_emqx'],
  }
  for (const [role, expected] of Object.entries(permissions)) {
    test(`tells the ${role} what it may do`, async () => {
      const { call } = createHarness()
      expect((await call('/api/session', { as: role as Role })).body).toMatchObject({ permissions: expected })
    })
  }
})

describe('a cookie', () => {
  test('is worth what the role of its session may do, and no more', async () => {
    const { call, refusals } = createHarness()
    expect(await call('/api/devices', browser('auditor'))).toMatchObject({ status: 200 })
    expect(await call('/api/tokens', browser('auditor'))).toMatchObject({ status: 403 })
    expect(refusals).toMatchObject([
      { cause: 'role_too_small', presented: { role: 'auditor', sessionId: 'session-of-auditor' } },
    ])
  })

  test('that has ended is refused, and clears itself', async () => {
    const { call, refusals } = createHarness()
    const answer = await call('/api/devices', browser('ended'))
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(answer.headers.get('set-cookie')).toBe(NO_COOKIE)
    expect(refusals).toEqual([{ surface: 'https', address: HTTPS.address, cause: 'console_session_invalid' }])
  })

  for (const cookie of ['__Host-signet=', '__Host-signet="admin"', '__Host-signet=admin2']) {
    test(`${cookie} is bad`, async () => {
      const { call } = createHarness()
      expect(await call('/api/devices', { as: 'nobody', headers: { cookie } })).toMatchObject({ status: 401 })
    })
  }

  for (const cookie of ['signet=admin', '__host-signet=admin', 'x__Host-signet=admin', 'a=__Host-signet=admin']) {
    test(`${cookie} is none`, async () => {
      const { call, refusals } = createHarness()
      expect(await call('/api/devices', { as: 'nobody', headers: { cookie } })).toMatchObject({ status: 401 })
      expect(refusals).toMatchObject([{ cause: 'token_missing' }])
    })
  }

  test('counts for nothing beside Authorization, good or bad', async () => {
    const { call } = createHarness()
    const { headers } = browser('ended')
    expect(await call('/api/session', { as: 'auditor', ...(headers ? { headers } : {}) })).toMatchObject({
      status: 200,
      body: { role: 'auditor', via: 'token' },
    })
    const wrong = { ...browser('admin').headers, authorization: 'Bearer sgn_wrong' }
    const answer = await call('/api/session', { as: 'nobody', headers: wrong })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test('names its session in the audit', async () => {
    const { call, audited } = createHarness()
    await call('/api/devices', { method: 'POST', json: { deviceId: 'd' }, ...browser('admin', { origin: OWN }) })
    expect(audited).toMatchObject([{ action: 'device.create', actor: 'session:session-of-admin the admin' }, 'done'])
  })
})

describe('a change by cookie', () => {
  const change = { method: 'DELETE' }

  for (const { name, headers, status } of [
    { name: 'of our own page', headers: { origin: OWN }, status: 204 },
    { name: 'of our own page, told by Sec-Fetch-Site', headers: { 'sec-fetch-site': 'same-origin' }, status: 204 },
    { name: 'of nobody knows whom', headers: {}, status: 403 },
    { name: 'of a page of another port', headers: { origin: 'http://localhost:8080' }, status: 403 },
    { name: 'of a page of another scheme', headers: { origin: 'https://localhost' }, status: 403 },
    { name: 'of a page of a stranger', headers: { origin: FOREIGN }, status: 403 },
    { name: 'of a page without an origin', headers: { origin: 'null' }, status: 403 },
    { name: 'of a page of our site', headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
    { name: 'of the address bar', headers: { 'sec-fetch-site': 'none' }, status: 403 },
    {
      name: 'of a stranger, whatever else is said',
      headers: { origin: FOREIGN, 'sec-fetch-site': 'same-origin' },
      status: 403,
    },
  ]) {
    test(`${name} is answered ${status}`, async () => {
      const { call, calls, refusals } = createHarness({ allowedOrigins: [FOREIGN] })
      const answer = await call('/api/devices/device-001', { ...change, ...browser('admin', headers as never) })
      expect(answer.status).toBe(status)
      expect(calls).toHaveLength(status === 204 ? 1 : 0)
      expect(refusals.map(({ cause }) => cause)).toEqual(status === 204 ? [] : ['cross_origin'])
    })
  }

  test('to look needs no word of its page, but a stranger’s is refused', async () => {
    const { call } = createHarness({ allowedOrigins: [FOREIGN] })
    for (const method of ['GET', 'HEAD']) {
      expect((await call('/api/devices', { method, ...browser('admin') })).status).toBe(200)
      expect((await call('/api/devices', { method, ...browser('admin', { origin: FOREIGN }) })).status).toBe(403)
    }
  })

  test('by token needs none: no browser adds that by itself', async () => {
    const { call } = createHarness()
    const { headers } = browser('admin')
    const answer = await call('/api/devices/device-001', { ...change, as: 'admin', ...(headers ? { headers } : {}) })
    expect(answer.status).toBe(204)
  })
})

describe('DELETE /api/session', () => {
  test('ends the session, and takes the cookie away', async () => {
    const { call, consoleCalls, audited } = createHarness()
    const answer = await call('/api/session', { method: 'DELETE', ...browser('auditor', { origin: OWN }) })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toBe(NO_COOKIE)
    expect(consoleCalls).toEqual([['consoleSessions.end', 'session-of-auditor']])
    expect(audited).toMatchObject([{ action: 'console.sign_out' }, 'done'])
  })

  test('by a token ends nothing', async () => {
    const { call, consoleCalls } = createHarness()
    expect((await call('/api/session', { method: 'DELETE' })).status).toBe(204)
    expect(consoleCalls).toEqual([])
  })
})

describe('/api/console-sessions', () => {
  test('lists who is signed in, without a secret', async () => {
    const { call } = createHarness()
    const { body, text } = await call('/api/console-sessions?limit=1')
    const at = NOW.toISOString()
    expect(body).toEqual({
      items: [
        {
          id: 'session-of-admin',
          name: 'the admin',
          role: 'admin',
          via: 'link',
          tokenId: null,
          createdAt: at,
          lastUsedAt: at,
          expiresAt: at,
        },
      ],
      nextCursor: expect.any(String),
    })
    expect(text).not.toContain('ecret')
  })

  test('ends one by its id', async () => {
    const { call, consoleCalls, audited } = createHarness()
    expect((await call('/api/console-sessions/session-of-eva', { method: 'DELETE' })).status).toBe(204)
    expect(consoleCalls).toEqual([['consoleSessions.end', 'session-of-eva']])
    expect(audited).toMatchObject([{ action: 'console.session.end', object: 'session-of-eva' }, 'done'])
    expect(await call('/api/console-sessions/none', { method: 'DELETE' })).toMatchObject({
      status: 404,
      body: { code: 'session_not_found' },
    })
  })
})
