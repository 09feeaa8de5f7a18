import { describe, expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const AWAY = connectPacket({ clientId: 'device-001', clean: false })

describe('a back end that publishes over HTTP', () => {
  test('is told 202 when the message is kept for a device that is away, which gets it when it comes', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    await leaveSession(hub, device)
    const body = { topicName: `${OWN}/command`, payload: 'AAH/', encoding: 'base64', qos: 1 }
    const answer = await hub.api('POST', '/api/publish', { body })
    expect([answer.status, answer.text]).toEqual([202, ''])
    const waiting = await hub.api('GET', '/api/sessions/device-001')
    expect(waiting.json()).toMatchObject({ connected: false, queued: { messages: 1 } })

    using client = await openRawClient(hub, device)
    client.send(AWAY)
    const { topic, payload, qos } = (await client.next('publish')) ?? {}
    expect({ topic, payload, qos }).toEqual({ topic: body.topicName, payload: Buffer.from([0, 1, 255]), qos: 1 })
  })

  test('retains a message, and removes it with an empty one', async () => {
    await using hub = await startTestHub()
    const topicName = `${OWN}/config`
    const publish = (payload: string) =>
      hub.api('POST', '/api/publish', { body: { topicName, payload, qos: 1, retain: true } })
    expect((await publish('Привет')).status).toBe(202)
    const device = await hub.connect(await hub.enrol('device-001'), { clientId: '' })
    const retained = nextMessage(device)
    await device.subscribeAsync(topicName)
    expect(await retained).toEqual({ topic: topicName, payload: 'Привет' })
    expect((await publish('')).status).toBe(202)

    const late = await hub.connect(await hub.enrolService('late', ['users/#', 'sentinel']))
    const first = nextMessage(late)
    await late.subscribeAsync(['users/#', 'sentinel'])
    await late.publishAsync('sentinel', '')
    expect((await first).topic).toBe('sentinel')
  })

  test('reaches nobody who may not read it', async () => {
    await using hub = await startTestHub()
    const rules = [
      { effect: 'allow', actions: ['subscribe'], topicFilter: '#' },
      { effect: 'deny', actions: ['subscribe'], topicFilter: 'secret/#' },
    ]
    await hub.api('PUT', '/api/policies/reader', { body: { rules } })
    await hub.api('POST', '/api/devices', { body: { deviceId: 'device-001', policies: ['reader'] } })
    const device = await hub.connect(await hub.enrol('device-001'), { clientId: '' })
    await device.subscribeAsync('#')
    const first = nextMessage(device)
    for (const topicName of ['secret/a', 'open/a']) {
      const answer = await hub.api('POST', '/api/publish', { body: { topicName, payload: 'x' } })
      expect(answer.status).toBe(202)
    }
    expect((await first).topic).toBe('open/a')
  })

  test('is seen by those who watch the hub, under a client id that is no device’s', async () => {
    await using hub = await startTestHub()
    const seen: string[] = []
    using _ = hub.hub.messages.subscribe(({ clientId, topic }) => seen.push(`${clientId} ${topic}`))
    await hub.api('POST', '/api/publish', { body: { topicName: 'a', payload: '' } })
    expect(seen).toEqual(['_api a'])
  })

  for (const { name, topicName, payload = 'x', status, code } of [
    { name: 'a wildcard', topicName: 'a/+', status: 400, code: 'invalid_topic_name' },
    { name: 'a topic of the hub', topicName: '$SYS/broker/version', status: 400, code: 'invalid_topic_name' },
    { name: 'no topic', topicName: '', status: 400, code: 'invalid_topic_name' },
    { name: 'a topic with NUL', topicName: 'a\0', status: 400, code: 'invalid_topic_name' },
    { name: 'half a character', topicName: 'a\uD800', status: 400, code: 'invalid_topic_name' },
    { name: 'too many levels', topicName: 'a/b/c/d/e', status: 400, code: 'invalid_topic_name' },
    { name: 'too large a packet', topicName: 'a', payload: 'x'.repeat(1000), status: 413, code: 'packet_too_large' },
  ]) {
    test(`refused/${name}, and nobody gets anything`, async () => {
      await using hub = await startTestHub({ settings: { limits: { topic_levels: 4, packet_bytes: 1000 } } })
      const seen: unknown[] = []
      using _ = hub.hub.messages.subscribe((message) => seen.push(message))
      const answer = await hub.api('POST', '/api/publish', { body: { topicName, payload, qos: 1 } })
      expect([answer.status, answer.json().code]).toEqual([status, code])
      expect(seen).toEqual([])
    })
  }

  test('may send as large a packet as a client, in base64 too', async () => {
    await using hub = await startTestHub({ settings: { limits: { packet_bytes: '2MiB' } } })
    const payload = Buffer.alloc(2 * 1024 * 1024 - 100, 1).toString('base64')
    const answer = await hub.api('POST', '/api/publish', { body: { topicName: 'a', payload, encoding: 'base64' } })
    expect(answer.status).toBe(202)
  })

  test('is told by name that the store is full, and that the message is not kept', async () => {
    await using hub = await startTestHub({ settings: { limits: { store_bytes: '1MiB' } } })
    await leaveSession(hub, await hub.enrol('device-001'))
    const body = { topicName: `${OWN}/a`, payload: 'x'.repeat(200_000), qos: 1 }
    const statuses: number[] = []
    let answer = await hub.api('POST', '/api/publish', { body })
    for (; answer.status === 202 && statuses.length < 20; answer = await hub.api('POST', '/api/publish', { body }))
      statuses.push(answer.status)
    expect([answer.status, answer.json().code]).toEqual([507, 'store_full'])
    const { queued } = (await hub.api('GET', '/api/sessions/device-001')).json()
    expect(queued.messages).toBe(statuses.length)
  })

  test('is admin or operator', async () => {
    await using hub = await startTestHub()
    for (const { role, status } of [
      { role: 'operator', status: 202 },
      { role: 'auditor', status: 403 },
      { role: 'validator', status: 403 },
    ]) {
      const { token } = (await hub.api('POST', '/api/tokens', { body: { name: role, role } })).json()
      const answer = await hub.api('POST', '/api/publish', { token, body: { topicName: 'a', payload: '' } })
      expect(answer.status, role).toBe(status)
    }
  })
})

/** A session that is kept, subscribed to all that is the device's own. */
async function leaveSession(hub: TestHub, credentials: Parameters<typeof openRawClient>[1]): Promise<void> {
  using client = await openRawClient(hub, credentials)
  client.send(AWAY)
  await client.next('connack')
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `${OWN}/#`, qos: 1 }] })
  await client.next('suback')
  client.send({ cmd: 'disconnect' })
  await client.closed
}
