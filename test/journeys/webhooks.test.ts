import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { findFreePorts } from '../support/free-ports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'
import { openWebhookTarget, type WebhookTarget } from '../support/webhook-target.ts'

const SETTINGS = { webhooks: { allow: ['127.0.0.0/8'] } }

async function addWebhook(hub: TestHub, url: string, request: object = { events: ['certificate.*'] }) {
  const answer = await hub.api('POST', '/api/webhooks', { body: { url, ...request } })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json()
}

async function figuresOf(hub: TestHub, id: string) {
  return (await hub.api('GET', `/api/webhooks/${id}`)).json()
}

test('a target is told of what it asked for, once, with a signature that OpenSSL finds too', async (context) => {
  needPrograms(context, 'openssl')
  await using hub = await startTestHub({ settings: SETTINGS })
  await using target = await openWebhookTarget(hub)
  const { secret } = await addWebhook(hub, target.url, { events: ['certificate.issued'] })
  const device = await hub.enrol('pump')
  await hub.api('DELETE', '/api/devices/certificates/pump')
  await hub.enrol('valve')
  const [first, second] = await target.waitFor(2)
  const bodies = [first, second].map((one) => JSON.parse(one?.body ?? ''))
  const told = bodies.find(({ data }) => data.id === 'pump')
  expect(told).toMatchObject({ type: 'certificate.issued', data: { kind: 'device', fingerprint: device.fingerprint } })
  expect(first?.headers['signet-event']).toBe('certificate.issued')
  expect(first?.headers['signet-delivery']).not.toBe(second?.headers['signet-delivery'])
  const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(String(first?.headers['signet-signature'])) ?? []
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret], { input: `${t}.${first?.body}` })
  expect(digest.toString().trim().split(' ').at(-1)).toBe(v1)
})

test('a target is told of messages by its topic filters, as its template says', async () => {
  await using hub = await startTestHub({ settings: SETTINGS })
  await using target = await openWebhookTarget(hub)
  const template = { chat_id: 42, text: '{{data.topic}}: {{data.json.t}} degrees' }
  const { id } = await addWebhook(hub, target.url, { topicFilters: ['users/+/devices/+/alarm'], template })
  const publish = (topicName: string) => hub.api('POST', '/api/publish', { body: { topicName, payload: '{"t":90}' } })
  await publish('users/u/devices/d/telemetry')
  await publish('users/u/devices/d/alarm')
  const [told] = await target.waitFor(1)
  expect(JSON.parse(told?.body ?? '')).toEqual({ chat_id: 42, text: 'users/u/devices/d/alarm: 90 degrees' })
  await hub.api('PATCH', `/api/webhooks/${id}`, { body: { topicFilters: [], events: ['certificate.issued'] } })
  await publish('users/u/devices/d/alarm')
  await hub.enrol('pump')
  await target.waitFor(2)
  expect(target.received).toHaveLength(2)
})

test('what a target does not take comes again, over a restart too, and then waits for an operator', async () => {
  await using folder = await temporaryFolder()
  let id = ''
  let target: WebhookTarget
  const [port = 0] = await findFreePorts(1)
  {
    await using hub = await startTestHub({ folder: folder.path, settings: SETTINGS })
    target = await openWebhookTarget(hub, port)
    target.status = 503
    id = (await addWebhook(hub, target.url, { events: ['identity.*'] })).id
    await hub.enrol('pump')
    await hub.api('PATCH', '/api/devices/pump', { body: { state: 'suspended' } })
    await target.waitFor(1)
    await target[Symbol.asyncDispose]()
  }
  await using hub = await startTestHub({
    folder: folder.path,
    settings: { webhooks: { ...SETTINGS.webhooks, attempts: 3 } },
  })
  await using again = await openWebhookTarget(hub, port)
  again.status = 500
  const dead = new Promise<void>((resolve) => hub.hub.events.subscribe('webhook.dead_lettered', () => resolve()))
  hub.clock.advance(3_600_000)
  await again.waitFor(1)
  // When it comes again is counted from when the hub has read the answer, which nobody tells.
  const passAnHour = async () => {
    hub.clock.advance(3_600_000)
    return again.received.length
  }
  await expect.poll(passAnHour).toBe(2)
  await dead
  expect(again.received.map(({ headers }) => headers['signet-delivery'])).toEqual([
    target.received[0]?.headers['signet-delivery'],
    target.received[0]?.headers['signet-delivery'],
  ])
  expect(await figuresOf(hub, id)).toMatchObject({ pending: 0, dead: 1 })
  expect((await hub.api('GET', '/metrics')).text).toContain('signet_webhook_deliveries{state="dead"} 1\n')
  const { items } = (await hub.api('GET', `/api/webhooks/${id}/deliveries`)).json()
  expect(items).toMatchObject([{ event: 'identity.suspended', attempts: 3, error: 'answered 500', state: 'dead' }])
  again.status = 200
  expect((await hub.api('POST', `/api/webhooks/${id}/deliveries/${items[0].id}/retry`)).status).toBe(202)
  await again.waitFor(3)
  expect((await hub.api('GET', `/api/webhooks/${id}/deliveries`)).json().items).toEqual([])
})

test('a dead delivery is dropped, and one that is not there is not found', async () => {
  await using hub = await startTestHub({ settings: { webhooks: { ...SETTINGS.webhooks, attempts: 1 } } })
  await using target = await openWebhookTarget(hub)
  target.status = 410
  const { id } = await addWebhook(hub, target.url)
  const dead = new Promise<void>((resolve) => hub.hub.events.subscribe('webhook.dead_lettered', () => resolve()))
  await hub.enrol('pump')
  await dead
  const path = `/api/webhooks/${id}/deliveries`
  const [{ id: delivery }] = (await hub.api('GET', path)).json().items
  expect((await hub.api('DELETE', `${path}/${delivery}`)).status).toBe(204)
  expect((await hub.api('DELETE', `${path}/${delivery}`)).json().code).toBe('delivery_not_found')
  expect((await hub.api('DELETE', `/api/webhooks/${id}`)).status).toBe(204)
  expect((await hub.api('GET', `/api/webhooks/${id}`)).status).toBe(404)
})

test('a webhook that is paused never hears of what happens meanwhile', async () => {
  await using hub = await startTestHub({ settings: SETTINGS })
  await using target = await openWebhookTarget(hub)
  const { id } = await addWebhook(hub, target.url)
  await hub.api('PATCH', `/api/webhooks/${id}`, { body: { state: 'paused' } })
  await hub.enrol('unheard')
  await hub.api('PATCH', `/api/webhooks/${id}`, { body: { state: 'active' } })
  await hub.enrol('heard')
  const [told] = await target.waitFor(1)
  expect(told?.body).toContain('heard')
})

describe('a webhook does not reach', () => {
  async function tryTarget(url: string, settings: Parameters<typeof startTestHub>[0] = {}) {
    await using hub = await startTestHub(settings)
    const { id } = await addWebhook(hub, url.replace('HUB', String(hub.hub.apiPort)))
    return (await hub.api('POST', `/api/webhooks/${id}/test`)).json()
  }
  const ALL = { settings: { webhooks: { allow_private: true } } }
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address

  test('this machine, unless it is allowed', async () => {
    const { delivered, error } = await tryTarget('https://localhost:9/')
    expect([delivered, error]).toEqual([false, expect.stringContaining('is private')])
  })

  for (const { name, url, expected } of [
    { name: 'the hub itself', url: 'https://localhost:HUB/api/tokens', expected: 'is the hub itself' },
    {
      name: 'the hub by its address in the network',
      url: `https://${own ?? '127.0.0.1'}:HUB/`,
      expected: 'is the hub itself',
    },
  ]) {
    test(`${name}, whatever is allowed`, async () => {
      expect(await tryTarget(url, ALL)).toMatchObject({ delivered: false, error: expect.stringContaining(expected) })
    })
  }
})

test('an address that no setting allows is refused when a webhook is made or changed', async () => {
  await using hub = await startTestHub({ settings: SETTINGS })
  await using target = await openWebhookTarget(hub)
  const { id } = await addWebhook(hub, target.url, {})
  for (const url of ['http://169.254.169.254/latest/meta-data', 'https://[fe80::1]/', 'https://2852039166/']) {
    for (const [method, path] of [
      ['POST', '/api/webhooks'],
      ['PATCH', `/api/webhooks/${id}`],
    ] as const) {
      const answer = (await hub.api(method, path, { body: { url } })).json()
      expect(answer).toMatchObject({ status: 400, detail: expect.stringContaining('is no address for a webhook') })
    }
  }
  const { items } = (await hub.api('GET', '/api/webhooks')).json()
  expect(items).toMatchObject([{ id, target: new URL(target.url).origin }])
})

test('what is secret stands in no log, and a test says what came of it', async () => {
  await using hub = await startTestHub({ settings: SETTINGS })
  await using target = await openWebhookTarget(hub)
  target.status = 500
  const secret = 'SECRET-0123456789'
  const { id } = await addWebhook(hub, target.url, { secret, headers: { 'x-key': 'SECRET' }, events: ['*'] })
  expect((await hub.api('POST', `/api/webhooks/${id}/test`)).json()).toEqual({
    delivered: false,
    status: 500,
    error: 'answered 500',
  })
  expect(JSON.parse((await target.waitFor(1))[0]?.body ?? '')).toMatchObject({
    type: 'webhook.test',
    data: { webhook: id },
  })
  await hub.enrol('pump')
  await target.waitFor(2)
  expect(hub.log.text).not.toContain('SECRET')
})

test('a storm of events costs a webhook no more than its queue, and the hub nothing', async () => {
  await using hub = await startTestHub({ settings: { webhooks: { ...SETTINGS.webhooks, queue: 50 } } })
  await using target = await openWebhookTarget(hub)
  target.status = 500
  const { id } = await addWebhook(hub, target.url, { events: ['device.*'] })
  for (let n = 0; n < 10_000; n++) {
    hub.hub.events.publish('device.left', { kind: 'device', id: `d${n}`, address: '192.0.2.1' })
  }
  await target.waitFor(1)
  expect(await figuresOf(hub, id)).toMatchObject({ pending: 50, dropped: 9950 })
})

test('there are fifty webhooks at most', async () => {
  await using hub = await startTestHub()
  for (let n = 0; n < 50; n++) await addWebhook(hub, 'https://a.example', { state: 'paused' })
  const answer = await hub.api('POST', '/api/webhooks', { body: { url: 'https://a.example' } })
  expect(answer.json()).toMatchObject({ status: 409, code: 'webhooks_over_limit' })
})

test('a test whose target says nothing ends with the hub, and leaves nothing in the log', async () => {
  const hub = await startTestHub({ settings: { webhooks: { ...SETTINGS.webhooks, timeout: '60s' } } })
  await using target = createServer()
  await once(target.listen(0, '127.0.0.1'), 'listening')
  const { id } = await addWebhook(hub, `http://127.0.0.1:${(target.address() as AddressInfo).port}/`)
  const tested = hub.api('POST', `/api/webhooks/${id}/test`).catch(() => undefined)
  const [request] = await once(target, 'request')
  const left = once(request.socket, 'close')
  await hub[Symbol.asyncDispose]()
  await Promise.all([left, tested])
  expect(hub.log.lines.filter(({ level }) => level === 'error')).toEqual([])
})
