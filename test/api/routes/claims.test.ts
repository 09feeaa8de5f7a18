import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { CLAIM_MESSAGES, CLAIM_TEXTS } from '../../../src/api/pages/claim-text.ts'
import { createHarness, SOCKET } from '../api-harness.ts'

const PATH = '/api/devices/device-001/claims'

describe('claims of a device', () => {
  test('POST answers 201 with the link, its QR code, and its end; the secret stands behind "#"', async () => {
    const { call, handOverCalls } = createHarness()
    const json = { userId: 'ann', validityDays: 30, expiresAt: '2026-03-02T13:00:00+01:00', profile: 'device' }
    const answer = await call(PATH, { method: 'POST', json })
    expect(answer).toMatchObject({
      status: 201,
      body: {
        deviceId: 'device-001',
        link: 'https://hub.example.com:3000/claim#good',
        expiresAt: '2026-03-01T12:00:00.000Z',
      },
    })
    expect(answer.body).toMatchObject({ qr: expect.stringMatching(/^<svg .*<\/svg>$/s) })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const expiresAt = new Date('2026-03-02T12:00:00Z')
    expect(handOverCalls).toEqual([
      ['claims.create', { deviceId: 'device-001', userId: 'ann', validityDays: 30, expiresAt }],
    ])
  })

  test('GET shows the newest without its secret, and none where there is none', async () => {
    const { call } = createHarness()
    const item = { id: '0123456789ab', deviceId: 'device-001', state: 'open', usedAt: null }
    expect(await call(PATH, { as: 'auditor' })).toMatchObject({ status: 200, body: { items: [item] } })
    expect(await call('/api/devices/other/claims')).toMatchObject({ status: 200, body: { items: [] } })
  })

  test('DELETE ends it', async () => {
    const { call, handOverCalls } = createHarness()
    expect(await call(PATH, { method: 'DELETE' })).toMatchObject({ status: 204 })
    expect(handOverCalls).toEqual([['claims.revoke', 'device-001']])
  })

  for (const { method, as, status } of [
    { method: 'POST', as: 'auditor', status: 403 },
    { method: 'POST', as: 'nobody', status: 401 },
    { method: 'DELETE', as: 'auditor', status: 403 },
    { method: 'GET', as: 'validator', status: 403 },
  ] as const) {
    test(`${method} is refused to ${as}`, async () => {
      const { call, handOverCalls } = createHarness()
      expect(await call(PATH, { method, as })).toMatchObject({ status })
      expect(handOverCalls).toEqual([])
    })
  }
})

describe('GET /claim', () => {
  for (const language of ['en', 'ru'] as const) {
    test(`is a page in ${language}, the same whose link it is, with every message it may need`, async () => {
      const answer = await createHarness().call('/claim', { as: 'nobody', headers: { 'accept-language': language } })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-language')).toBe(language)
      expect(answer.headers.get('vary')).toBe('Accept-Language')
      expect(answer.text).toContain(`<html lang="${language}">`)
      for (const name of CLAIM_MESSAGES) {
        expect(answer.text).toContain(`data-message="${name}" hidden>${CLAIM_TEXTS[language].messages[name]}`)
      }
    })
  }

  test('may do nothing but run its one script, show its one style and call the hub', async () => {
    const { text, headers } = await createHarness().call('/claim', { as: 'nobody' })
    expect(text).not.toMatch(/<link|<img|style=|\son\w+=|src=/)
    const hash = (pattern: RegExp): string =>
      createHash('sha256')
        .update(pattern.exec(text)?.[1] ?? '')
        .digest('base64')
    const style = hash(/<style>([^<]*)<\/style>/)
    const script = hash(/<script>([^<]*)<\/script>/)
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${style}'; script-src 'sha256-${script}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })
})

describe('POST /claim', () => {
  const redeem = (json: object) => {
    const harness = createHarness()
    return { ...harness, answer: harness.call('/claim', { method: 'POST', as: 'nobody', json }) }
  }

  test('hands out a bundle to whoever shows the secret, and nobody stores it', async () => {
    const { answer, handOverCalls } = redeem({ as: 'bundle', secret: 'good' })
    const { status, headers } = await answer
    expect(status).toBe(201)
    expect(headers.get('content-type')).toBe('application/zip')
    expect(headers.get('content-disposition')).toBe('attachment; filename="device-001.zip"')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(handOverCalls).toEqual([['claims.redeem', '192.0.2.7']])
  })

  test('hands out PKCS#12 under a password', async () => {
    const { headers, text } = await redeem({ as: 'p12', secret: 'good', password: 'correct horse' }).answer
    expect(headers.get('content-type')).toBe('application/x-pkcs12')
    expect(JSON.parse(text)).toMatchObject({ name: 'device-001', password: 'correct horse' })
  })

  test('tells whoever shows another secret, and the operator, without the secret', async () => {
    const { answer, refusals, lines } = redeem({ as: 'bundle', secret: 'guess' })
    expect(await answer).toMatchObject({ status: 404, body: { code: 'claim_not_found' } })
    expect(refusals).toEqual([{ surface: 'https', address: '192.0.2.7', cause: 'claim_unknown' }])
    expect(JSON.stringify(lines)).not.toContain('guess')
  })

  test('a failure of the hub is no refusal', async () => {
    const { answer, refusals } = redeem({ as: 'bundle', secret: 'broken' })
    expect(await answer).toMatchObject({ status: 500 })
    expect(refusals).toEqual([])
  })

  for (const { name, json } of [
    { name: 'a short password', json: { as: 'p12', secret: 'good', password: '1234567' } },
    { name: 'a password with a line end', json: { as: 'p12', secret: 'good', password: 'correct\nhorse' } },
    { name: 'a password past 128 characters', json: { as: 'p12', secret: 'good', password: 'x'.repeat(129) } },
    { name: 'no password', json: { as: 'p12', secret: 'good' } },
    { name: 'an unknown form', json: { as: 'pem', secret: 'good' } },
    { name: 'a device to choose', json: { as: 'bundle', secret: 'good', deviceId: 'other' } },
    { name: 'a secret without end', json: { as: 'bundle', secret: 'x'.repeat(129) } },
  ]) {
    test(`with ${name} is refused, and the claim not used`, async () => {
      const { answer, handOverCalls } = redeem(json)
      expect(await answer).toMatchObject({ status: 400, body: { code: 'bad_request' } })
      expect(handOverCalls).toEqual([])
    })
  }

  test('is bounded', async () => {
    const { call } = createHarness()
    const body = JSON.stringify({ as: 'bundle', secret: 'x'.repeat(1_100_000) })
    const headers = { 'content-type': 'application/json' }
    expect(await call('/claim', { method: 'POST', as: 'nobody', body, headers, origin: SOCKET })).toMatchObject({
      status: 413,
    })
  })
})
