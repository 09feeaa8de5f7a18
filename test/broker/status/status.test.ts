import { expect, test } from 'vitest'
import { Status } from '../../../src/broker/status/status.ts'
import { SYS_TOPICS } from '../../../src/broker/status/sys-topics.ts'
import { createLink, type DeliveryScene, OWNER, openDeliveryScene } from '../delivery/delivery-scene.ts'

const UPTIME = '$SYS/broker/uptime'

function createStatus(scene: DeliveryScene): Status {
  return new Status({ ...scene, version: '1.2.3', clock: scene.clock.now })
}

function read(status: Status, topic: string): string | undefined {
  return status.find(topic)[0]?.payload.toString()
}

for (const { filter, topics } of [
  { filter: '$SYS/#', topics: SYS_TOPICS },
  { filter: '$SYS/broker/uptime', topics: [UPTIME] },
  {
    filter: '$SYS/broker/load/sockets/+',
    topics: [1, 5, 15].map((minutes) => `$SYS/broker/load/sockets/${minutes}min`),
  },
  { filter: '$SYS/+', topics: [] },
  { filter: '$SYS', topics: [] },
  // [MQTT-4.7.2-1]
  { filter: '#', topics: [] },
  { filter: '+/broker/#', topics: [] },
  { filter: 'a', topics: [] },
])
  test(`${filter} finds ${topics.length} of the topics`, () => {
    using scene = openDeliveryScene()
    expect(
      createStatus(scene)
        .find(filter)
        .map(({ topic }) => topic),
    ).toEqual(topics)
  })

test('a subscriber is sent what has changed, at QoS 0 and not retained, and nothing else', () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const link = createLink()
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.attach(session, link)
  scene.sessions.subscribe(session, '$SYS/broker/uptime', 2)
  scene.sessions.subscribe(session, '$SYS/broker/version', 1)
  scene.sessions.subscribe(session, '#', 1)
  expect(read(status, UPTIME)).toBe('0 seconds')

  scene.clock.advance(60_000)
  status.update()

  expect(link.packets).toMatchObject([{ topic: UPTIME, qos: 0, retain: false }])
  expect(link.payloads).toEqual([read(status, UPTIME)])
  expect(Number.parseInt(read(status, UPTIME) ?? '', 10)).toBeGreaterThanOrEqual(60)
})

test('a stored session that comes back is told everything at the next interval', () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.subscribe(session, '$SYS/#', 1)
  const link = createLink()
  scene.sessions.attach(session, link)
  status.update()
  expect(link.packets).toHaveLength(SYS_TOPICS.length)
})

test('nothing is kept of it, and a session that is away misses it', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.subscribe(session, '$SYS/#', 2)
  status.find('$SYS/#')
  scene.clock.advance(10_000)
  status.update()
  await scene.settled()
  expect([session.measure().messages, scene.retained.measure().messages]).toEqual([0, 0])
  expect([...scene.stores.retained.find('$SYS/#')]).toEqual([])
})

test('who may not read a topic is not sent it', () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const link = createLink()
  link.mayRead = false
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.attach(session, link)
  scene.sessions.subscribe(session, '$SYS/#', 0)
  status.update()
  expect([link.packets, scene.losses.of('policy')]).toEqual([[], SYS_TOPICS.length])
})

test('while nobody subscribes no value is kept, and the averages go on', () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  expect(read(status, UPTIME)).toBe('0 seconds')
  for (let index = 0; index < 5; index++) scene.traffic.countSocket()
  scene.clock.advance(60_000)
  status.update()
  expect(read(status, UPTIME)).not.toBe('0 seconds')
  // 5 * (1 - 1/e)
  expect(Number(read(status, '$SYS/broker/load/sockets/1min'))).toBeCloseTo(3.16, 1)
})

test('a clock that was set back leaves the averages as they are', () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  scene.traffic.countSocket()
  scene.clock.advance(-60_000)
  status.update()
  expect(read(status, '$SYS/broker/load/sockets/1min')).toBe('0.00')
})

test('the figures are those of the sessions, queues, subscriptions and retained messages there are', async () => {
  using scene = openDeliveryScene()
  scene.openStored('here')
  const away = scene.openStored('away')
  scene.sessions.attach(away, createLink())
  await scene.publish({ topic: 'topic', payload: Buffer.from('four'), retain: true })
  await scene.publish({ topic: 'b', payload: Buffer.from('x') })
  expect(
    Object.fromEntries(
      createStatus(scene)
        .find('$SYS/#')
        .map(({ topic, payload }) => [topic, payload.toString()]),
    ),
  ).toMatchObject({
    '$SYS/broker/clients/disconnected': '1',
    '$SYS/broker/subscriptions/count': '2',
    '$SYS/broker/retained messages/count': '1',
    // Twice queued, once retained; then twice queued.
    '$SYS/broker/store/messages/count': '5',
    '$SYS/broker/store/messages/bytes': '31',
    '$SYS/broker/publish/messages/received': '2',
    '$SYS/broker/publish/messages/sent': '2',
    '$SYS/broker/publish/bytes/received': '5',
    '$SYS/broker/publish/bytes/sent': '5',
  })
})
