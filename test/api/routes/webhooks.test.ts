import { describe, expect, test } from 'vitest'
import { createHarness, NOW } from '../api-harness.ts'

const SHOWN = {
  id: 'h1',
  name: 'duty',
  state: 'active',
  target: 'https://api.example.com',
  events: ['certificate.*'],
  topicFilters: ['a/#'],
  format: 'json',
  hasTemplate: true,
  headerNames: ['authorization'],
  createdAt: NOW.toISOString(),
  pending: 1,
  dead: 2,
  dropped: 3,
}

describe('/api/webhooks', () => {
  test('nothing that is secret is in any answer but the first', async () => {
    const { call } = createHarness()
    const made = await call('/api/webhooks', { method: 'POST', json: { url: 'https://a.example' } })
    expect([made.status, made.body]).toEqual([201, { ...SHOWN, secret: 'SECRET-of-webhook-h1' }])
    const answers = [
      await call('/api/webhooks', { as: 'auditor' }),
      await call('/api/webhooks/h1', { as: 'auditor' }),
      await call('/api/webhooks/h1', { method: 'PATCH', json: { secret: 'a much longer secret' } }),
      await call('/api/webhooks/h1/test', { method: 'POST' }),
      await call('/api/webhooks/h1/deliveries', { as: 'auditor' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(answers[0]?.body).toEqual({ items: [SHOWN], nextCursor: null })
    expect(JSON.stringify(answers.map(({ text }) => text))).not.toContain('SECRET')
  })

  test('what is asked for reaches the webhooks in their own words', async () => {
    const { call, webhookCalls } = createHarness()
    const json = {
      url: 'https://a.example/x',
      events: ['device.*'],
      topicFilters: ['a/+'],
      template: { text: '{{type}}' },
      headers: { Authorization: 'Bearer 1' },
      format: 'form',
      secret: '0123456789abcdef',
    }
    await call('/api/webhooks', { method: 'POST', json })
    await call('/api/webhooks/h1', { method: 'PATCH', json: { template: null, state: 'paused' } })
    const { events, ...rest } = json
    expect(webhookCalls).toEqual([
      ['create', { ...rest, types: events }],
      ['change', 'h1', { template: undefined, state: 'paused' }],
    ])
    expect(Object.hasOwn(Object(webhookCalls[1]?.[2]), 'template')).toBe(true)
  })

  for (const { name, json } of [
    { name: 'no URL', json: {} },
    { name: 'another scheme', json: { url: 'file:///etc/passwd' } },
    { name: 'a user name in the URL', json: { url: 'https://a:b@c.example' } },
    { name: 'no URL at all', json: { url: 'hook' } },
    { name: 'a type that is none', json: { url: 'https://a.example', events: ['DROP'] } },
    { name: 'a filter that is none', json: { url: 'https://a.example', topicFilters: ['a/#/b'] } },
    { name: 'a header of ours', json: { url: 'https://a.example', headers: { 'Signet-Signature': 'x' } } },
    { name: 'a header that frames', json: { url: 'https://a.example', headers: { 'Transfer-Encoding': 'chunked' } } },
    { name: 'two headers in one', json: { url: 'https://a.example', headers: { a: 'b\r\nc: d' } } },
    { name: 'a short secret', json: { url: 'https://a.example', secret: 'short' } },
    { name: 'a template without bounds', json: { url: 'https://a.example', template: 'x'.repeat(65_537) } },
    { name: 'an unknown member', json: { url: 'https://a.example', code: 'return 1' } },
  ]) {
    test(`${name} is refused`, async () => {
      const { call, webhookCalls } = createHarness()
      expect((await call('/api/webhooks', { method: 'POST', json })).status).toBe(400)
      expect(webhookCalls).toEqual([])
    })
  }

  for (const as of ['operator', 'auditor', 'validator'] as const) {
    test(`a webhook is made, changed, tried and removed by an administrator, not by the role ${as}`, async () => {
      const { call, webhookCalls } = createHarness()
      const answers = [
        await call('/api/webhooks', { method: 'POST', as, json: { url: 'https://a.example' } }),
        await call('/api/webhooks/h1', { method: 'PATCH', as, json: {} }),
        await call('/api/webhooks/h1', { method: 'DELETE', as }),
        await call('/api/webhooks/h1/test', { method: 'POST', as }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
      expect(webhookCalls).toEqual([])
    })
  }

  test('deliveries are listed, sent again and dropped', async () => {
    const { call, webhookCalls } = createHarness()
    const listed = await call('/api/webhooks/h1/deliveries?state=pending&limit=2')
    expect(listed.body).toEqual({
      items: [
        {
          id: 'd1',
          event: 'certificate.revoked',
          state: 'dead',
          attempts: 12,
          nextAt: null,
          error: 'answered 500',
          createdAt: NOW.toISOString(),
        },
        {
          id: 'd2',
          event: 'certificate.revoked',
          state: 'pending',
          attempts: 12,
          nextAt: NOW.toISOString(),
          error: null,
          createdAt: NOW.toISOString(),
        },
      ],
      nextCursor: null,
    })
    const as = 'operator'
    expect((await call('/api/webhooks/h1/deliveries/d1/retry', { method: 'POST', as })).status).toBe(202)
    expect((await call('/api/webhooks/h1/deliveries/d1', { method: 'DELETE', as })).status).toBe(204)
    expect((await call('/api/webhooks/h1', { method: 'DELETE' })).status).toBe(204)
    expect(webhookCalls).toEqual([
      ['listDeliveries', 'h1', 'pending', { limit: 2 }],
      ['retry', 'h1', 'd1'],
      ['drop', 'h1', 'd1'],
      ['remove', 'h1'],
    ])
  })

  test('a webhook that is not there is not found', async () => {
    const { call } = createHarness()
    expect((await call('/api/webhooks/h2')).body).toMatchObject({ status: 404, code: 'webhook_not_found' })
  })
})
