import { expect, test } from 'vitest'
import { Status } from '../../../src/broker/status/status.ts'
import { SYS_TOPICS } from '../../../src/broker/status/sys-topics.ts'
import { countEventLoopTurns } from '../../support/event-loop-turns.ts'
import { createLink, type DeliveryScene, OWNER, openDeliveryScene } from '../delivery/delivery-scene.ts'

const UPTIME = '$SYS/broker/uptime'

function createStatus(scene: DeliveryScene): Status {
  return new Status({ ...scene, version: '1.2.3', clock: scene.clock.now })
}

async function read(status: Status, topic: string): Promise<string | undefined> {
  const [found] = await status.find(topic)
  return found?.payload.toString()
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
  test(`${filter} finds ${topics.length} of the topics`, async () => {
    using scene = openDeliveryScene()
    const found = await createStatus(scene).find(filter)
    expect(found.map(({ topic }) => topic)).toEqual(topics)
  })

test('a subscriber is sent what has changed, at QoS 0 and not retained, and nothing else', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const link = createLink()
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.attach(session, link)
  scene.sessions.subscribe(session, '$SYS/broker/uptime', 2)
  scene.sessions.subscribe(session, '$SYS/broker/version', 1)
  scene.sessions.subscribe(session, '#', 1)
  expect(await read(status, UPTIME)).toBe('0 seconds')

  scene.clock.advance(60_000)
  await status.update()

  expect(link.packets).toMatchObject([{ topic: UPTIME, qos: 0, retain: false }])
  expect(link.payloads).toEqual([await read(status, UPTIME)])
  expect(Number.parseInt((await read(status, UPTIME)) ?? '', 10)).toBeGreaterThanOrEqual(60)
})

test('a stored session that comes back is told everything at the next interval', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.subscribe(session, '$SYS/#', 1)
  const link = createLink()
  scene.sessions.attach(session, link)
  await status.update()
  expect(link.packets).toHaveLength(SYS_TOPICS.length)
})

test('nothing is kept of it, and a session that is away misses it', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.subscribe(session, '$SYS/#', 2)
  await status.find('$SYS/#')
  scene.clock.advance(10_000)
  await status.update()
  await scene.settled()
  expect([session.measure().messages, scene.retained.measure().messages]).toEqual([0, 0])
  expect([...scene.stores.retained.find('$SYS/#')]).toEqual([])
})

test('who may not read a topic is not sent it', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  const link = createLink()
  link.mayRead = false
  const { session } = scene.sessions.openStored('monitor', OWNER)
  scene.sessions.attach(session, link)
  scene.sessions.subscribe(session, '$SYS/#', 0)
  await status.update()
  expect([link.packets, scene.losses.of('policy')]).toEqual([[], SYS_TOPICS.length])
})

test('while nobody subscribes no value is kept, and the averages go on', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  expect(await read(status, UPTIME)).toBe('0 seconds')
  for (let index = 0; index < 5; index++) scene.traffic.countSocket()
  scene.clock.advance(60_000)
  await status.update()
  expect(await read(status, UPTIME)).not.toBe('0 seconds')
  // 5 * (1 - 1/e)
  expect(Number(await read(status, '$SYS/broker/load/sockets/1min'))).toBeCloseTo(3.16, 1)
})

test('a clock that was set back leaves the averages as they are', async () => {
  using scene = openDeliveryScene()
  const status = createStatus(scene)
  scene.traffic.countSocket()
  scene.clock.advance(-60_000)
  await status.update()
  expect(await read(status, '$SYS/broker/load/sockets/1min')).toBe('0.00')
})

test('the figures are those of the sessions, queues, subscriptions and retained messages there are', async () => {
  using scene = openDeliveryScene()
  scene.openStored('here')
  const away = scene.openStored('away')
  scene.sessions.attach(away, createLink())
  await scene.publish({ topic: 'topic', payload: Buffer.from('four'), retain: true })
  await scene.publish({ topic: 'b', payload: Buffer.from('x') })
  const found = await createStatus(scene).find('$SYS/#')
  expect(Object.fromEntries(found.map(({ topic, payload }) => [topic, payload.toString()]))).toMatchObject({
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

test('a great many stored sessions are counted a part of them a turn of the event loop', async () => {
  using scene = openDeliveryScene()
  for (let number = 0; number < 250; number++) scene.openStored(`away-${number}`)
  const { sessions } = scene.restart()
  using turns = countEventLoopTurns()
  const found = await new Status({ ...scene, sessions, version: '1.2.3', clock: scene.clock.now }).find('$SYS/#')
  expect(turns.passed).toBeGreaterThanOrEqual(2)
  expect(found).toContainEqual(
    expect.objectContaining({ topic: '$SYS/broker/clients/disconnected', payload: Buffer.from('250') }),
  )
})
