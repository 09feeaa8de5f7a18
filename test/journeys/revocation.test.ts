import { describe, expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'
import { timesAgainstChance } from '../support/thorough.ts'

const RACES = timesAgainstChance(200, 1000)
const RACERS = 10
const OWN = 'users/default/devices/device-001'

describe('revocation', () => {
  test('answers after the live session is closed, and the device cannot return', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using client = await connected(hub, device, 'device-001')

    const answer = await hub.api('DELETE', '/api/devices/certificates/device-001?reason=keyCompromise')

    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      message: 'Сертификат отозван',
      deviceId: 'device-001',
      revokedAt: expect.any(String),
    })
    await client.closed
    using again = await openRawClient(hub, device)
    again.send(connectPacket({ clientId: 'device-001' }))
    expect(await again.next('connack')).toMatchObject({ returnCode: 5 })
  })

  test('does not let the will of the revoked device be published', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const watcher = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    await watcher.subscribeAsync('users/+/devices/+/#')
    const topics: string[] = []
    watcher.on('message', (topic) => topics.push(topic))
    using client = await connected(hub, device, 'device-001', {
      topic: `${OWN}/will`,
      payload: Buffer.from('gone'),
      qos: 1,
      retain: false,
    })

    await hub.api('DELETE', '/api/devices/certificates/device-001')
    await client.closed
    const other = await hub.connect(await hub.enrol('device-002'), { clientId: 'device-002' })
    const arrived = nextMessage(watcher)
    await other.publishAsync('users/default/devices/device-002/after', 'x', { qos: 1 })
    await arrived

    expect(topics).toEqual(['users/default/devices/device-002/after'])
  })

  test('publishes the will of a device that merely vanishes', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const watcher = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    await watcher.subscribeAsync(`${OWN}/will`)
    const arrived = nextMessage(watcher)
    const client = await connected(hub, device, 'device-001', {
      topic: `${OWN}/will`,
      payload: Buffer.from('gone'),
      qos: 1,
      retain: false,
    })
    client.socket.destroy()
    expect(await arrived).toEqual({ topic: `${OWN}/will`, payload: 'gone' })
  })

  test('cuts a device between its handshake and its CONNECT', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    using silent = await openRawClient(hub, device)
    // The hub counts it in when it has finished the handshake on its own side.
    await hub.api('GET', '/livez')
    await hub.api('DELETE', '/api/devices/certificates/device-001')
    await silent.closed
    expect(silent.received).toEqual([])
  })

  test(
    `wins the race against a device that is connecting, ${RACES} times`,
    async () => {
      await using hub = await startTestHub({
        settings: { limits: { new_connections_per_address_per_second: 100_000 } },
      })
      const survivors: number[] = []
      for (let round = 0; round < RACES; round += RACERS) {
        const outcomes = await Promise.all(
          Array.from({ length: RACERS }, (_, index) => race(hub, `racer-${index}`, (round + index) % 5)),
        )
        survivors.push(...outcomes.filter((survived) => survived).map(() => round))
      }
      expect(survivors).toEqual([])
    },
    RACES * 1000,
  )

  test('lets none of 1,000 messages in flight reach the device after the answer', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const backend = await hub.connect(await hub.enrolService('backend', ['users/+/devices/+/#']))
    using client = await connected(hub, device, 'device-001')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 0 }] })
    await client.next('suback')
    // It reads nothing: what the hub sends waits in the buffers between them, where a revocation must still reach it.
    client.socket.pause()
    const payload = Buffer.alloc(16_384)
    const sent = Array.from({ length: 1000 }, (_, index) =>
      backend.publishAsync(`${OWN}/commands/${index}`, payload, { qos: 1 }),
    )

    await hub.api('DELETE', '/api/devices/certificates/device-001')
    sent.push(backend.publishAsync(`${OWN}/commands/late`, payload, { qos: 1 }))
    await Promise.all(sent)
    client.socket.resume()
    await client.closed

    const commands = client.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []))
    // What the device's own kernel held by then, no revocation can take back; what was on its way is thrown away.
    expect(commands.length).toBeLessThan(1000)
    expect(commands).not.toContain(`${OWN}/commands/late`)
  })

  test('asked for again answers the same revokedAt; never issued is 404', async () => {
    await using hub = await startTestHub()
    await hub.enrol('device-001')
    const first = await hub.api('DELETE', '/api/devices/certificates/device-001', {
      headers: { 'accept-language': 'en' },
    })
    hub.clock.advance(5_000)
    const second = await hub.api('DELETE', '/api/devices/certificates/device-001', {
      headers: { 'accept-language': 'en' },
    })
    expect(second.json()).toEqual(first.json())
    expect(second.json().message).toBe('Certificate revoked')
    expect((await hub.api('DELETE', '/api/devices/certificates/nobody')).status).toBe(404)
  })
})

test('a request that is repeated under its Idempotency-Key is told which certificate it has made, and makes no other', async () => {
  await using hub = await startTestHub()
  const issue = () =>
    hub.api('POST', '/api/devices/certificates/device-001', { headers: { 'idempotency-key': 'flash-station-7/0815' } })
  const [first, second, third] = [await issue(), ...(await Promise.all([issue(), issue()]))]
  expect(first.status).toBe(201)
  const { fingerprint } = first.json()
  for (const repeated of [second, third]) {
    expect(repeated?.status).toBe(409)
    expect(repeated?.json()).toMatchObject({ code: 'already_issued', fingerprint })
    expect(repeated?.text).not.toContain('PRIVATE KEY')
  }
  const history = await hub.api('GET', '/api/devices/certificates/device-001?include=detail')
  expect(history.json().certificates).toHaveLength(1)
  const service = await hub.api('POST', '/api/services', { body: { name: 'backend', allow: ['a/#'] } })
  expect(service.status).toBe(201)
  const call = { headers: { 'idempotency-key': 'k' } }
  expect((await hub.api('POST', '/api/services/backend/certificates', call)).status).toBe(201)
  expect((await hub.api('POST', '/api/services/backend/certificates', call)).status).toBe(409)
  expect(
    (await hub.api('POST', '/api/services/backend/certificates', { headers: { 'idempotency-key': 'k\tk' } })).status,
  ).toBe(400)
})

test('100 concurrent requests for one id leave one device and at most two active certificates', async () => {
  await using hub = await startTestHub()
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      hub.api('POST', '/api/devices/certificates/device-001', { body: { userId: 'test-user' } }),
    ),
  )
  expect([...new Set(answers.map(({ status }) => status))]).toEqual([201])
  const { items } = (await hub.api('GET', '/api/devices')).json()
  expect(items).toHaveLength(1)
  const verdicts = await Promise.all(
    answers.map((answer) => hub.api('POST', `/api/devices/certificates/validate/${answer.json().fingerprint}`)),
  )
  expect(verdicts.filter((verdict) => verdict.json().valid)).toHaveLength(2)
})

test('the first connection of a rotated certificate ends the session of the one before', async () => {
  await using hub = await startTestHub()
  const before = await hub.enrol('device-001')
  using old = await connected(hub, before, 'device-001:old')
  const after = await hub.enrol('device-001')
  old.send({ cmd: 'pingreq' })
  expect(await old.next('pingresp')).toBeDefined()

  using renewed = await connected(hub, after, 'device-001:new')
  await old.closed

  renewed.send({ cmd: 'pingreq' })
  expect(await renewed.next('pingresp')).toBeDefined()
  using late = await openRawClient(hub, before)
  late.send(connectPacket({ clientId: 'device-001' }))
  expect(await late.next('connack')).toMatchObject({ returnCode: 5 })
  expect(await hub.refusals()).toMatchObject([{ cause: 'certificate_superseded' }])
})

/** Lets a device connect while it is revoked, at a moment that differs from round to round; whether it is still connected then. */
async function race(hub: TestHub, id: string, moment: number): Promise<boolean> {
  const device = await hub.enrol(id)
  const revoke = (): Promise<unknown> => hub.api('DELETE', `/api/devices/certificates/${id}`)
  const revokedEarly = moment === 0 ? revoke() : undefined
  const client = await openRawClient(hub, device).catch(() => undefined)
  if (!client) return false
  using _ = client
  const revokedAtHandshake = moment === 1 ? revoke() : undefined
  client.send(connectPacket({ clientId: id }))
  const revokedAtConnect = moment === 2 ? revoke() : undefined
  if (moment === 3) await client.next('connack')
  await (revokedEarly ?? revokedAtHandshake ?? revokedAtConnect ?? revoke())
  await client.closed
  using again = await openRawClient(hub, device)
  again.send(connectPacket({ clientId: id }))
  return (await again.next('connack'))?.returnCode !== 5
}

async function connected(
  hub: TestHub,
  device: Enrolled,
  clientId: string,
  will?: { topic: string; payload: Buffer; qos: 1; retain: boolean },
): Promise<RawClient> {
  const client = await openRawClient(hub, device)
  client.send(connectPacket({ clientId, ...(will ? { will } : {}) }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}
