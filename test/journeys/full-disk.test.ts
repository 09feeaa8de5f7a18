import type { MqttClient } from 'mqtt'
import { expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { readReadiness, untilReady } from '../support/readiness.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const PAYLOAD = Buffer.alloc(20_000)

test('a queue that has filled the disk is fetched, and then there is room again', async (context) => {
  await using disk = await mountSmallDisk(context, 8)
  await using hub = await startTestHub({ folder: disk.path })
  const away = await hub.enrolService('away', ['#'])
  const live = await openLive(hub)
  await subscribeAndLeave(hub, away)
  const publisher = await hub.enrolService('publisher', ['#'])
  const acknowledged = await publishUntilRefused(hub, publisher, 1)
  expect(acknowledged.length).toBeGreaterThan(10)

  expect(await readReadiness(hub)).toMatchObject({ status: 503, database: true, mqtt_database: false })
  await expectServed(live)
  await expect(hub.connect(publisher, { clientId: 'publisher', clean: false })).rejects.toMatchObject({ code: 3 })
  expect(await hub.refusals()).toContainEqual(
    expect.objectContaining({
      cause: 'storage_unavailable',
      presented: expect.objectContaining({
        clientId: 'publisher',
        error: 'mqtt.db cannot be written because the disk is full: make room',
      }),
    }),
  )

  expect(await fetchAll(hub, away, acknowledged.length)).toEqual(acknowledged)
  await untilReady(hub)
  const more = await publishUntilRefused(hub, publisher, 1000, 20)
  expect(more).toHaveLength(20)
  expect(await fetchAll(hub, away, more.length)).toEqual(more)
})

test('a disk that others have filled costs no acknowledged message, and mends itself when they make room', async (context) => {
  await using disk = await mountSmallDisk(context, 12)
  const { away, acknowledged } = await fillAndFree()
  await using hub = await startTestHub({ folder: disk.path })
  expect(await fetchAll(hub, away, acknowledged.length)).toEqual(acknowledged)

  async function fillAndFree() {
    await using hub = await startTestHub({ folder: disk.path })
    const away = await hub.enrolService('away', ['#'])
    const publisher = await hub.enrolService('publisher', ['#'])
    const live = await openLive(hub)
    await subscribeAndLeave(hub, away)
    const before = await publishUntilRefused(hub, publisher, 1, 30)
    disk.fill()
    expect(await publishUntilRefused(hub, publisher, 100)).toEqual([])
    expect(await readReadiness(hub)).toMatchObject({ status: 503, mqtt_database: false })
    await expectServed(live)
    disk.free()
    await untilReady(hub)
    const after = await publishUntilRefused(hub, publisher, 200, 30)
    expect([...before, ...after]).toHaveLength(60)
    return { away, acknowledged: [...before, ...after] }
  }
})

test('a hub whose disk others have filled issues nothing, says that it is not ready, and issues again when they make room', async (context) => {
  await using disk = await mountSmallDisk(context, 12)
  await using hub = await startTestHub({ folder: disk.path })
  disk.fill()
  const refused = await hub.api('POST', '/api/devices/certificates/pump')
  expect([refused.status, refused.json()]).toMatchObject([503, { code: 'file_unreachable' }])
  expect(await readReadiness(hub)).toMatchObject({ status: 503, database: false })
  expect((await hub.api('GET', '/api/devices/pump')).status).toBe(404)
  disk.free()
  await untilReady(hub)
  expect((await hub.api('POST', '/api/devices/certificates/pump')).status).toBe(201)
})

interface Live {
  readonly publisher: MqttClient
  readonly subscriber: MqttClient
}

async function openLive(hub: TestHub): Promise<Live> {
  const service = await hub.enrolService('live', ['#'])
  const subscriber = await hub.connect(service)
  await subscriber.subscribeAsync('live', { qos: 1 })
  return { publisher: await hub.connect(service), subscriber }
}

/** Those whose messages nobody has to keep. */
async function expectServed({ publisher, subscriber }: Live): Promise<void> {
  for (const qos of [0, 1] as const) {
    const arrived = nextMessage(subscriber)
    await publisher.publishAsync('live', `${qos}`, { qos })
    expect(await arrived).toEqual({ topic: 'live', payload: `${qos}` })
  }
}

async function open(hub: TestHub, { id, ...credentials }: Enrolled, clean: boolean): Promise<RawClient> {
  const client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId: clean ? '' : id, clean }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

async function subscribeAndLeave(hub: TestHub, away: Enrolled): Promise<void> {
  using client = await open(hub, away, false)
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'kept', qos: 1 }] })
  await client.next('suback')
}

/** Messages with the numbers from the first on; those that were acknowledged. */
async function publishUntilRefused(hub: TestHub, publisher: Enrolled, first: number, count = 10_000) {
  using client = await open(hub, publisher, true)
  const acknowledged: number[] = []
  const publish = (number: number): void =>
    client.send({
      cmd: 'publish',
      topic: 'kept',
      payload: Buffer.concat([Buffer.from(`${number} `), PAYLOAD]),
      qos: 1,
      messageId: number,
      retain: false,
      dup: false,
    })
  const isDone = new Promise<void>((resolve) =>
    client.socket.on('packet', ({ cmd, messageId }) => {
      if (cmd !== 'puback') return
      acknowledged.push(messageId)
      if (acknowledged.length === count) resolve()
      else publish(messageId + 1)
    }),
  )
  publish(first)
  await Promise.race([isDone, client.closed])
  return acknowledged
}

/** The numbers of the messages that wait, each acknowledged. */
async function fetchAll(hub: TestHub, away: Enrolled, count: number): Promise<readonly number[]> {
  using client = await openRawClient(hub, away)
  const numbers: number[] = []
  const all = new Promise<void>((resolve) =>
    client.socket.on('packet', (packet) => {
      if (packet.cmd !== 'publish') return
      numbers.push(Number.parseInt(packet.payload.toString(), 10))
      client.send({ cmd: 'puback', messageId: packet.messageId })
      if (numbers.length === count) resolve()
    }),
  )
  client.send(connectPacket({ clientId: away.id, clean: false }))
  await Promise.race([all, client.closed])
  // Behind the last PUBACK.
  client.send({ cmd: 'pingreq' })
  await client.next('pingresp')
  return numbers
}
