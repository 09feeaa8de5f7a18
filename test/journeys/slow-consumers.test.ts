import type { Packet } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient, type RawClient } from '../support/raw-client.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const PAYLOAD = Buffer.alloc(60_000)
const MESSAGES = 600

test('a client that stops reading costs the others nothing, and gets all of QoS 1 when it reads again', async () => {
  await using hub = await startTestHub()
  const service = await hub.enrolService('everything', ['#'])
  using frozen = await subscribed(hub, await hub.enrolService('frozen', ['#']), 'flood/kept', 1)
  using lossy = await subscribed(hub, await hub.enrolService('lossy', ['#']), 'flood/#', 0)
  frozen.socket.pause()
  lossy.socket.pause()
  const other = await hub.connect(service)
  await other.subscribeAsync('other', { qos: 1 })

  // 36 MB to each of the two, which take nothing.
  for (let index = 0; index < MESSAGES; index++) {
    await other.publishAsync('flood/kept', Buffer.concat([Buffer.from(`${index} `), PAYLOAD]), { qos: 1 })
    if (index % 100 > 0) continue
    const arrived = nextMessage(other)
    await other.publishAsync('other', `${index}`, { qos: 1 })
    expect(await arrived).toEqual({ topic: 'other', payload: `${index}` })
  }

  const numbers: number[] = []
  const all = new Promise<void>((resolve) =>
    frozen.socket.on('packet', (packet: Packet) => {
      if (packet.cmd !== 'publish') return
      numbers.push(Number.parseInt(packet.payload.toString(), 10))
      frozen.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
      if (numbers.length === MESSAGES) resolve()
    }),
  )
  frozen.socket.resume()
  await all
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, index) => index))

  // It has caught up when what is sent to it now arrives.
  const hasLast = (): boolean =>
    lossy.received.some((packet) => packet.cmd === 'publish' && packet.topic === 'flood/last')
  lossy.socket.resume()
  while (!hasLast()) {
    const arrived = new Promise((resolve) => lossy.socket.once('packet', resolve))
    await other.publishAsync('flood/last', 'x')
    await arrived
  }
  const seen = lossy.received.filter(({ cmd }) => cmd === 'publish').length
  expect(seen).toBeGreaterThan(1)
  expect(seen).toBeLessThan(MESSAGES)
})

// Trap 35
test('a flood whose subscribers leave is survived', async () => {
  await using hub = await startTestHub()
  const service = await hub.enrolService('everything', ['#'])
  const subscribers = await Promise.all(Array.from({ length: 5 }, () => subscribed(hub, service, 'flood/#', 0)))
  using publisher = await connected(hub, service)
  const message = { cmd: 'publish', topic: 'flood/a', payload: 'x', qos: 0, retain: false, dup: false } as const
  for (let batch = 0; batch < 20; batch++) {
    publisher.send(...Array.from({ length: 5000 }, () => message))
    if (batch === 10) for (const subscriber of subscribers) subscriber.socket.destroy()
  }
  publisher.send({ cmd: 'pingreq' })
  expect(await publisher.next('pingresp')).toBeDefined()
})

async function connected(hub: TestHub, service: Enrolled): Promise<RawClient> {
  const client = await openRawClient(hub, service)
  client.send(connectPacket({ clientId: '' }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  return client
}

async function subscribed(hub: TestHub, service: Enrolled, topic: string, qos: 0 | 1): Promise<RawClient> {
  const client = await openRawClient(hub, service)
  client.send(connectPacket({ clientId: qos === 0 ? '' : service.id, clean: qos === 0 }))
  expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  expect(await client.next('suback')).toMatchObject({ granted: [qos] })
  return client
}
