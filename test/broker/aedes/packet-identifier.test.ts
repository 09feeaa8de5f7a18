import { describe, expect, test } from 'vitest'
import { BACKEND, DEVICE, OWN, openBrokerScene, subscribe, taken } from '../broker-scene.ts'
import { prefixed } from '../connect-frame.ts'

const TOPIC = prefixed(`${OWN}/a`)

// [MQTT-2.3.1-1]; each is well-formed as far as its header goes.
describe('a packet without an identifier ends its connection, and nobody else’s', () => {
  for (const { name, bytes } of [
    { name: 'PUBACK of no length', bytes: [0x40, 0] },
    { name: 'PUBREC of no length', bytes: [0x50, 0] },
    { name: 'PUBREL of no length', bytes: [0x62, 0] },
    { name: 'PUBREL of one octet', bytes: [0x62, 1, 0] },
    { name: 'PUBREL of identifier 0', bytes: [0x62, 2, 0, 0] },
    { name: 'PUBCOMP of no length', bytes: [0x70, 0] },
    { name: 'PUBLISH at QoS 1 that ends with its topic', bytes: [0x32, TOPIC.length, ...TOPIC] },
    { name: 'PUBLISH at QoS 1 of identifier 0', bytes: [0x32, TOPIC.length + 2, ...TOPIC, 0, 0] },
    { name: 'PUBLISH at QoS 2 of half an identifier', bytes: [0x34, TOPIC.length + 1, ...TOPIC, 1] },
    { name: 'PUBLISH at QoS 2 of identifier 0', bytes: [0x34, TOPIC.length + 2, ...TOPIC, 0, 0] },
    { name: 'SUBSCRIBE of identifier 0', bytes: [0x82, TOPIC.length + 3, 0, 0, ...TOPIC, 0] },
    { name: 'UNSUBSCRIBE of identifier 0', bytes: [0xa2, TOPIC.length + 2, 0, 0, ...TOPIC] },
  ]) {
    test(name, async () => {
      await using scene = await openBrokerScene()
      const backend = await scene.connect(BACKEND)
      backend.client.send(subscribe('#'))
      await backend.client.next('suback')
      const { client } = await scene.connect(DEVICE)
      // What follows in the same chunk is not read any more.
      client.send(Buffer.from(bytes), { cmd: 'pingreq' })
      await client.closed
      expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack'])
      expect(scene.recorder.refusals).toMatchObject([
        { cause: 'packet_invalid', presented: { error: expect.stringMatching('without packet identifier') } },
      ])
      await taken(backend.client, 'after')
      expect(await backend.client.next('publish')).toMatchObject({ topic: 'after' })
    })
  }
})
