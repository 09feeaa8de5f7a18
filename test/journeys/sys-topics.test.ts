import type { MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { SYS_TOPICS } from '../../src/broker/status/sys-topics.ts'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'

describe('who is allowed $SYS/#', () => {
  test('is told everything at once, as if it were retained, and then what changes', async () => {
    await using hub = await startTestHub({ settings: { mqtt: { sys_interval: 1 } } })
    const monitor = await hub.connect(await hub.enrolService('monitor', ['$SYS/#']))
    const values = await readAll(monitor)
    expect([...values.keys()].sort()).toEqual([...SYS_TOPICS].sort())

    const later = new Promise<{ text: string; retain: boolean }>((resolve) =>
      monitor.on('message', (topic, payload, { retain }) => {
        const text = payload.toString()
        if (topic === '$SYS/broker/uptime' && text !== values.get(topic)) resolve({ text, retain })
      }),
    )
    expect(await later).toEqual({ text: expect.stringMatching(/^\d+ seconds$/), retain: false })
  })

  test('reads what others did', async () => {
    await using hub = await startTestHub()
    const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001', clean: false })
    await device.subscribeAsync(`${OWN}/#`, { qos: 1 })
    const echo = nextMessage(device)
    await device.publishAsync(`${OWN}/state`, 'four', { qos: 1, retain: true })
    await echo
    await device.publishAsync(`${OWN}/more`, 'fives', { qos: 2 })
    await device.publishAsync('elsewhere', 'denied', { qos: 1 })
    const gone = new Promise((resolve) => hub.hub.events.subscribe('device.disconnected', resolve))
    await device.endAsync()
    await gone
    const values = await readAll(await hub.connect(await hub.enrolService('monitor', ['$SYS/#'])))

    const read = (name: string): number => Number(values.get(`$SYS/broker/${name}`))
    expect({
      connected: read('clients/connected'),
      maximum: read('clients/maximum'),
      subscriptions: read('subscriptions/count'),
      retained: read('retained messages/count'),
      received: read('publish/messages/received'),
      payloads: read('publish/bytes/received'),
    }).toEqual({ connected: 1, maximum: 1, subscriptions: 2, retained: 1, received: 2, payloads: 9 })
    // CONNECT, SUBSCRIBE, three PUBLISH, PUBACK, PUBREL, DISCONNECT of the device, at least; then two of the reader.
    expect(read('messages/received')).toBeGreaterThanOrEqual(10)
    // CONNACK, SUBACK, PUBACK, PUBLISH, PUBREC, PUBCOMP, PUBACK, CONNACK, SUBACK.
    expect(read('messages/sent')).toBeGreaterThanOrEqual(9)
    expect(read('bytes/received')).toBeGreaterThan(100)
    expect(read('bytes/sent')).toBeGreaterThan(30)
    expect(read('heap/maximum')).toBeGreaterThanOrEqual(read('heap/current'))
  })

  test('cannot write there', async () => {
    await using hub = await startTestHub()
    const monitor = await hub.connect(await hub.enrolService('monitor', ['$SYS/#']))
    await monitor.publishAsync('$SYS/broker/version', 'forged', { qos: 1, retain: true })
    const told = nextMessage(monitor)
    await monitor.subscribeAsync('$SYS/broker/version')
    expect((await told).payload).toMatch(/^signet version \d+\./)
    expect(await hub.refusals()).toMatchObject([{ cause: 'publish_denied' }])
  })

  test('was allowed it by an administrator', async () => {
    await using hub = await startTestHub()
    const body = { name: 'operator', role: 'operator' }
    const token = (await hub.api('POST', '/api/tokens', { body })).json().token
    const asked = { body: { name: 'monitor', allow: ['$SYS/#'] } }
    expect((await hub.api('POST', '/api/services', { ...asked, token })).status).toBe(403)
    expect((await hub.api('POST', '/api/services', asked)).status).toBe(201)
  })
})

// [MQTT-4.7.2-1]
test('who is allowed "#" is refused $SYS/#, and sees nothing of it by "#"', async () => {
  await using hub = await startTestHub({ settings: { mqtt: { sys_interval: 1 } } })
  using client = await openRawClient(hub, await hub.enrolService('everything', ['#']))
  client.send(connectPacket())
  await client.next('connack')
  const subscriptions = ['#', '+/broker/#', '$SYS/#', '$SYS/broker/uptime'].map((topic) => ({ topic, qos: 1 }) as const)
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
  expect(await client.next('suback')).toMatchObject({ granted: [1, 1, 128, 128] })

  // Another is told of an interval's changes: this one was not.
  const monitor = await hub.connect(await hub.enrolService('monitor', ['$SYS/#']))
  const changed = nextMessage(monitor)
  await monitor.subscribeAsync('$SYS/broker/uptime')
  await changed
  await nextMessage(monitor)
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  expect(client.received.filter(({ cmd }) => cmd === 'publish')).toEqual([])
})

/** Subscribes to all of $SYS; resolves when each topic has come, all of them retained. */
function readAll(client: MqttClient): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  return new Promise((resolve) => {
    client.on('message', (topic, payload, { retain, qos }) => {
      // An interval may end meanwhile.
      if (!retain) return
      expect(qos).toBe(0)
      values.set(topic, payload.toString())
      if (values.size < SYS_TOPICS.length) return
      client.removeAllListeners('message')
      resolve(values)
    })
    client.subscribe('$SYS/#', { qos: 2 })
  })
}
