import { randomInt } from 'node:crypto'
import type { Packet } from 'mqtt-packet'
import { expect, onTestFailed, test } from 'vitest'
import { readFixedHeader } from '../../src/broker/fixed-header.ts'
import { mutatedPacket, randomPacket, SeededRandom } from '../support/hostile-packets.ts'
import { timesAgainstChance } from '../support/thorough.ts'
import { BACKEND, DEVICE, OTHER, OWN, openBrokerScene, subscribe } from './broker-scene.ts'
import { connectFrame } from './connect-frame.ts'

type Scene = Awaited<ReturnType<typeof openBrokerScene>>

const PACKETS = timesAgainstChance(2000, 10_000)
const ALONGSIDE = 20
const NEIGHBOUR = 'users/test-user/devices/device-002/a'

const publish = { cmd: 'publish', topic: `${OWN}/a`, payload: 'x', retain: false, dup: false } as const
const VALID: readonly Packet[] = [
  { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'device-001', keepalive: 60 },
  {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: false,
    clientId: 'device-001',
    keepalive: 1,
    username: 'user',
    password: Buffer.from('secret'),
    will: { topic: `${OWN}/will`, payload: Buffer.from('gone'), qos: 1, retain: true },
  },
  { ...publish, qos: 0 },
  { ...publish, qos: 1, messageId: 1 },
  { ...publish, qos: 2, messageId: 2, retain: true },
  { cmd: 'puback', messageId: 1 },
  { cmd: 'pubrec', messageId: 2 },
  { cmd: 'pubrel', messageId: 2 },
  { cmd: 'pubcomp', messageId: 2 },
  { cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: `${OWN}/#`, qos: 2 }] },
  { cmd: 'unsubscribe', messageId: 4, unsubscriptions: [`${OWN}/#`] },
  { cmd: 'pingreq' },
  { cmd: 'disconnect' },
]

for (const { name, next } of [
  { name: 'random', next: (random: SeededRandom) => randomPacket(random) },
  { name: 'mutated', next: (random: SeededRandom) => mutatedPacket(random, VALID) },
]) {
  test(`${PACKETS} ${name} packets, before CONNECT and after, harm nobody else and leave nothing`, async () => {
    const seed = randomInt(2 ** 31)
    onTestFailed(() => console.error(`seed ${seed}`))
    const random = new SeededRandom(seed)
    await using scene = await openBrokerScene()
    const pair = await openPair(scene)
    for (let sent = 0; sent < PACKETS; ) {
      const counts = await Promise.all(
        Array.from({ length: ALONGSIDE }, (_, index) => attack(scene, random, index, () => next(random))),
      )
      sent += counts.reduce((all, count) => all + count, 0)
      await pair.expectServed()
    }
    expect(scene.sessions.size).toBe(2)
    await pair.expectServed()
  }, 240_000)
}

/** Well-behaved clients beside the others. */
async function openPair(scene: Scene) {
  const { client: subscriber } = await scene.connect(OTHER)
  subscriber.send(subscribe(NEIGHBOUR))
  await subscriber.next('suback')
  const { client: publisher } = await scene.connect(BACKEND)
  let count = 0
  return {
    async expectServed() {
      count++
      publisher.send({ ...publish, topic: NEIGHBOUR, payload: `${count}`, qos: 1, messageId: 1 })
      const message = await subscriber.next('publish')
      expect(message).toMatchObject({ topic: NEIGHBOUR, payload: Buffer.from(`${count}`) })
      subscriber.send({ cmd: 'puback', messageId: message?.messageId ?? 0 })
      await publisher.next('puback')
    },
  }
}

/** Sends to one connection until the hub ends it, or would wait for the rest of a packet; how many it sent. */
async function attack(scene: Scene, random: SeededRandom, index: number, next: () => Buffer): Promise<number> {
  const { client, incoming } = scene.open(DEVICE)
  const clientId = `device-001:${index}`
  const isFirst = random.below(4) === 0
  if (!isFirst) {
    client.send(connectFrame({ clientId, clean: random.below(4) > 0 }))
    if (random.below(4) === 0) client.send(subscribe(`${OWN}/#`))
    await client.next('connack')
  }
  let sent = 0
  for (let isWhole = true; isWhole && !client.socket.destroyed; sent++) {
    const bytes = next()
    client.send(bytes)
    isWhole = !isFirst && isWholeFrames(bytes)
    if (isWhole) await worked()
  }
  await worked()
  client.socket.destroy()
  await incoming.closed
  return sent
}

/** A turn of the event loop reads, commits and sends in as many rounds. */
async function worked(): Promise<void> {
  for (let round = 0; round < 4; round++) await new Promise((resolve) => setImmediate(resolve))
}

/** Whether the broker reads the next packet as one, and not as the rest of these. */
function isWholeFrames(bytes: Buffer): boolean {
  let rest = bytes
  while (rest.length > 0) {
    const header = readFixedHeader(rest)
    if (header === 'incomplete' || header === 'malformed') return false
    const length = header.headerLength + header.remainingLength
    if (length > rest.length) return false
    rest = rest.subarray(length)
  }
  return true
}
