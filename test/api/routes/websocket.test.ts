import { describe, expect, test } from 'vitest'
import { createHarness, HTTPS, SOCKET } from '../api-harness.ts'

const ASKING = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'mqtt',
}

describe('GET /mqtt', () => {
  test.each([
    { name: 'without an upgrade', headers: {}, origin: HTTPS },
    { name: 'over hub.sock', headers: ASKING, origin: SOCKET },
  ])('$name is told to upgrade, and how', async ({ headers, origin }) => {
    const { call, refusals } = createHarness()
    const answer = await call('/mqtt', { as: 'nobody', headers, origin })
    expect(answer).toMatchObject({ status: 426, body: { code: 'upgrade_required', status: 426 } })
    const { connection, upgrade, 'sec-websocket-version': version } = Object.fromEntries(answer.headers)
    expect({ connection, upgrade, version }).toEqual({ connection: 'upgrade', upgrade: 'websocket', version: '13' })
    expect(refusals).toEqual([])
  })

  test('of a page of another origin is refused, and the operator is told which', async () => {
    const { call, refusals } = createHarness()
    const headers = { ...ASKING, origin: 'https://evil.example' }
    expect(await call('/mqtt', { as: 'nobody', headers })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect(refusals).toEqual([
      {
        address: HTTPS.address,
        surface: 'wss',
        cause: 'origin_not_allowed',
        presented: { origin: 'https://evil.example' },
        expected: 'the hub, or one of mqtt.allowed_origins',
      },
    ])
  })

  test.each([
    { headers: { ...ASKING, 'sec-websocket-protocol': 'amqp' }, presented: { subProtocols: 'amqp' } },
    { headers: { ...ASKING, 'sec-websocket-protocol': '' }, presented: { subProtocols: '' } },
  ])('with the sub-protocol of $presented is told what to offer', async ({ headers, presented }) => {
    const { call, refusals } = createHarness()
    const answer = await call('/mqtt', { as: 'nobody', headers })
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('mqtt or mqttv3.1') } })
    expect(refusals).toMatchObject([{ surface: 'wss', cause: 'sub_protocol_missing', presented }])
  })

  test('with a key that is none is no request', async () => {
    const { call, refusals } = createHarness()
    const headers = { ...ASKING, 'sec-websocket-key': 'x' }
    expect(await call('/mqtt', { as: 'nobody', headers })).toMatchObject({ status: 400, body: { code: 'bad_request' } })
    expect(refusals).toEqual([])
  })
})

test('another method is not allowed', async () => {
  const { call } = createHarness()
  const answer = await call('/mqtt', { method: 'POST', headers: ASKING })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})
