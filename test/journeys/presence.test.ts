import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { connectPacket, openConnectedClient, openRawClient, type RawClient } from '../support/raw-client.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const FILTER = '$SYS/brokers/+/clients/+/+'

describe('who is allowed the presence topics', () => {
  test('is told who comes and goes, with what EMQX tells of them', async () => {
    await using hub = await startTestHub()
    const watcher = await watch(hub)
    const before = hub.clock.now().getTime()
    const client = await openConnectedClient(hub, await hub.enrol('device-001'), { clean: false, keepalive: 30 })
    client.send({ cmd: 'disconnect' })
    await client.closed
    const [came, went] = await watcher.next(2)
    const common = {
      clientid: 'device-001',
      username: 'device-001',
      ipaddress: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
      protocol: 'mqtt',
      proto_name: 'MQTT',
      proto_ver: 4,
      connected_at: expect.any(Number),
      ts: expect.any(Number),
    }
    expect(came).toEqual({
      topic: '$SYS/brokers/signet@127.0.0.1/clients/device-001/connected',
      qos: 0,
      retain: false,
      told: { ...common, keepalive: 30, clean_start: false, expiry_interval: 604_800_000 },
    })
    expect(went).toEqual({
      topic: '$SYS/brokers/signet@127.0.0.1/clients/device-001/disconnected',
      qos: 0,
      retain: false,
      told: { ...common, reason: 'normal', disconnected_at: expect.any(Number) },
    })
    const times = [came?.told['connected_at'], came?.told['ts'], went?.told['disconnected_at']].map(Number)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(went?.told).toMatchObject({ connected_at: times[0], ts: times[2] })
    expect(times[0]).toBeGreaterThanOrEqual(before)
    expect(times[2]).toBeLessThanOrEqual(hub.clock.now().getTime())
  })

  for (const { name, reason, end } of [
    { name: 'a network that breaks', reason: 'ssl_closed', end: ({ client }) => client.socket.destroy() },
    {
      name: 'a protocol that is broken',
      reason: 'protocol_error',
      end: ({ client }) => client.send(Buffer.from([0xf0, 0])),
    },
    {
      name: 'too large a packet',
      reason: 'protocol_error',
      end: ({ client }) => client.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])),
    },
    {
      name: 'an administrator who ends the session',
      reason: 'kicked',
      end: ({ hub }) => hub.api('DELETE', '/api/sessions/device-001'),
    },
    {
      name: 'a revocation',
      reason: 'kicked',
      end: ({ hub }) => hub.api('DELETE', '/api/devices/certificates/device-001'),
    },
  ] satisfies readonly { name: string; reason: string; end: (at: { hub: TestHub; client: RawClient }) => unknown }[]) {
    test(`is told ${reason} of ${name}`, async () => {
      await using hub = await startTestHub()
      const watcher = await watch(hub)
      const client = await openConnectedClient(hub, await hub.enrol('device-001'))
      await watcher.next(1)
      await end({ hub, client })
      expect((await watcher.next(1))[0]?.told).toMatchObject({ clientid: 'device-001', reason })
    })
  }

  test('is told keepalive_timeout of a client that says nothing', async () => {
    await using hub = await startTestHub()
    const watcher = await watch(hub)
    using client = await openConnectedClient(hub, await hub.enrol('device-001'), { keepalive: 1 })
    await client.closed
    expect((await watcher.next(2))[1]?.told).toMatchObject({ reason: 'keepalive_timeout' })
  })

  for (const { clean, reason } of [
    { clean: true, reason: 'discarded' },
    { clean: false, reason: 'takenover' },
  ]) {
    test(`is told that the old connection is ${reason} before the new one has come, once`, async () => {
      await using hub = await startTestHub()
      const watcher = await watch(hub)
      const device = await hub.enrol('device-001')
      const gone: string[] = []
      using _ = hub.hub.events.subscribe('device.disconnected', (event) => gone.push(event.reason))
      using first = await openConnectedClient(hub, device, { clean: false })
      using second = await openConnectedClient(hub, device, { clean })
      await first.closed
      second.send({ cmd: 'disconnect' })
      await second.closed
      expect((await watcher.next(4)).map(({ topic, told }) => [topic.split('/').at(-1), told['reason']])).toEqual([
        ['connected', undefined],
        ['disconnected', reason],
        ['connected', undefined],
        ['disconnected', 'normal'],
      ])
      expect(gone).toEqual([reason, 'normal'])
    })
  }
})

test('a client that is refused has neither come nor gone', async () => {
  await using hub = await startTestHub()
  const watcher = await watch(hub)
  const device = await hub.enrol('device-001')
  using refused = await openRawClient(hub, device)
  refused.send(connectPacket({ clientId: 'somebody-else' }))
  expect(await refused.next('connack')).toMatchObject({ returnCode: 2 })
  await refused.closed
  using _ = await openConnectedClient(hub, device)
  expect((await watcher.next(1))[0]?.told).toMatchObject({ clientid: 'device-001' })
})

test('a device may not watch the others', async () => {
  await using hub = await startTestHub()
  using client = await openConnectedClient(hub, await hub.enrol('device-001'))
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: FILTER, qos: 0 }] })
  expect(await client.next('suback')).toMatchObject({ granted: [128] })
})

interface Told {
  readonly topic: string
  readonly qos: number
  readonly retain: boolean
  readonly told: Readonly<Record<string, unknown>>
}

/** A back end that is allowed to hear of everybody; what it is told waits until it is asked for. */
async function watch(hub: TestHub) {
  const service = await hub.enrolService('watcher', ['$SYS/brokers/+/clients/#'])
  const client = await hub.connect(service)
  const told: Told[] = []
  const arrivals = new EventEmitter()
  client.on('message', (topic, payload, { qos, retain }) => {
    told.push({ topic, qos, retain, told: JSON.parse(payload.toString()) })
    arrivals.emit('told')
  })
  await client.subscribeAsync(FILTER)
  return {
    async next(count: number): Promise<readonly Told[]> {
      while (told.length < count) await once(arrivals, 'told')
      return told.splice(0, count)
    },
  }
}
