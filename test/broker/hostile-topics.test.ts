import { describe, expect, test } from 'vitest'
import { BACKEND, OTHER, openBrokerScene, subscribe, taken } from './broker-scene.ts'
import { prefixed, rawConnectFrame } from './connect-frame.ts'

const levels = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => 'a').join('/'))

type Kind = 'publish' | 'subscribe' | 'unsubscribe' | 'will'
/** What becomes of who sends it: a will is judged when it is due. */
interface Topic {
  readonly name: string
  readonly topic: Buffer
  readonly served: readonly Kind[]
}

const EVERYTHING: readonly Kind[] = ['publish', 'subscribe', 'unsubscribe', 'will']
const TOPICS: readonly Topic[] = [
  { name: '32 levels', topic: levels(32), served: EVERYTHING },
  { name: '33 levels', topic: levels(33), served: ['will'] },
  { name: '300 levels', topic: levels(300), served: ['will'] },
  // Its will is more than a CONNECT may hold.
  { name: '65,535 octets', topic: Buffer.alloc(65_535, 'a'), served: ['publish', 'subscribe', 'unsubscribe'] },
  { name: 'empty levels', topic: Buffer.from('//a//'), served: EVERYTHING },
  { name: 'levels that are all empty', topic: Buffer.from('/'), served: EVERYTHING },
  // [MQTT-4.7.3-1]
  { name: 'no character', topic: Buffer.from(''), served: ['will'] },
  // [MQTT-1.5.3-2]
  { name: 'NUL', topic: Buffer.from('a\0b'), served: [] },
  // [MQTT-3.3.2-2]
  { name: 'a wildcard at its end', topic: Buffer.from('a/#'), served: ['subscribe', 'unsubscribe', 'will'] },
  { name: 'a wildcard within', topic: Buffer.from('a/+/b'), served: ['subscribe', 'unsubscribe', 'will'] },
  { name: 'a wildcard in a level', topic: Buffer.from('a#b'), served: ['will'] },
  // [MQTT-1.5.3-1]
  { name: 'an overlong form', topic: Buffer.from([0x61, 0xc0, 0x80]), served: [] },
  { name: 'a surrogate', topic: Buffer.from([0x61, 0xed, 0xa0, 0x80]), served: [] },
  { name: 'an octet that UTF-8 never has', topic: Buffer.from([0x61, 0xff]), served: [] },
  // MQTT 3.1.1 §1.5.3 lets a server take these, and a zero width no-break space is kept ([MQTT-1.5.3-3]).
  { name: 'U+FFFF', topic: Buffer.from('a\uffff'), served: EVERYTHING },
  { name: 'a control character', topic: Buffer.from('a\u0001'), served: EVERYTHING },
  { name: 'U+FEFF', topic: Buffer.from('\ufeffa'), served: EVERYTHING },
]

for (const { name, topic, served } of TOPICS) {
  describe(`a topic of ${name}`, () => {
    for (const kind of EVERYTHING) {
      const isServed = served.includes(kind)
      test(`${kind}: ${isServed ? 'its client is served' : 'its client is closed, and the cause named'}`, async () => {
        await using scene = await openBrokerScene()
        const other = await scene.connect(OTHER)
        const { client } = scene.open(BACKEND)
        if (kind === 'will') client.send(connectWithWill(topic))
        else client.send(rawConnectFrame({ payload: ['backend'] }), packetOf(kind, topic))
        client.send({ cmd: 'pingreq' })
        expect(await client.next('pingresp')).toEqual(isServed ? expect.anything() : undefined)
        const refusals = scene.recorder.refusals.map(({ cause }) => cause)
        if (isServed) expect(refusals.filter((cause) => cause !== 'will_denied')).toEqual([])
        else expect(refusals[0]).toMatch(/^packet_invalid|connect_(?:invalid|too_large)$/)
        other.client.send({ cmd: 'pingreq' })
        expect(await other.client.next('pingresp')).toBeDefined()
      })
    }
  })
}

test('a will on a topic that nobody may publish is announced, and never published', async () => {
  for (const topic of ['a/#', levels(33).toString(), '']) {
    await using scene = await openBrokerScene()
    const { client: watcher } = await scene.connect(BACKEND, { clientId: 'watcher' })
    watcher.send(subscribe('#'))
    await watcher.next('suback')
    const { client, incoming } = scene.open(BACKEND)
    client.send(connectWithWill(Buffer.from(topic)))
    await client.next('connack')
    client.socket.destroy()
    await incoming.closed
    expect(scene.recorder.refusals).toMatchObject([{ cause: 'will_denied' }])
    await taken(watcher, 'after')
    expect(await watcher.next('publish')).toMatchObject({ topic: 'after' })
  }
})

function connectWithWill(topic: Buffer): Buffer {
  const client = prefixed(Buffer.from('backend'))
  const head = Buffer.concat([prefixed(Buffer.from('MQTT')), Buffer.from([4, 0b110, 0, 60])])
  return frame(0x10, Buffer.concat([head, client, prefixed(topic), prefixed(Buffer.from('x'))]))
}

function packetOf(kind: Exclude<Kind, 'will'>, topic: Buffer): Buffer {
  if (kind === 'publish') return frame(0x32, Buffer.concat([prefixed(topic), Buffer.from([0, 1]), Buffer.from('x')]))
  if (kind === 'unsubscribe') return frame(0xa2, Buffer.concat([Buffer.from([0, 1]), prefixed(topic)]))
  return frame(0x82, Buffer.concat([Buffer.from([0, 1]), prefixed(topic), Buffer.from([1])]))
}

/** MQTT 3.1.1 §2.2.3: three octets of length, however little it is. */
function frame(firstOctet: number, body: Buffer): Buffer {
  const { length } = body
  return Buffer.concat([Buffer.from([firstOctet, length | 0x80, (length >> 7) | 0x80, length >> 14]), body])
}
