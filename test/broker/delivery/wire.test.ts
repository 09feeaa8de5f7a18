import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import type { QoS } from '../../../src/broker/delivery/message.ts'
import { encodeAcknowledgements, encodePublish, encodePubrel } from '../../../src/broker/delivery/wire.ts'

const length = fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(16_370, 16_384, 20_000, 2_097_152))

test('a PUBLISH is written as mqtt-packet writes it', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      length,
      fc.constantFrom<QoS>(0, 1, 2),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 65_535 }),
      (topic, octets, qos, retain, again, messageId) => {
        const dup = again && qos > 0
        const message = { topic, payload: Buffer.alloc(octets, 'x'), qos, retain }
        const expected = generate({ cmd: 'publish', ...message, dup, ...(qos > 0 ? { messageId } : {}) })
        expect(encodePublish(message, messageId, dup).equals(expected)).toBe(true)
      },
    ),
    { numRuns: 200 },
  )
})

test('a PUBREL is written as mqtt-packet writes it', () => {
  for (const messageId of [1, 255, 256, 65_535])
    expect(encodePubrel(messageId)).toEqual(generate({ cmd: 'pubrel', messageId }))
})

test('acknowledgements are written as mqtt-packet writes them, in their order', () => {
  const acknowledgements = (['pubcomp', 'puback', 'pubrec', 'pubrel'] as const).map((kind, index) => ({
    kind,
    messageId: 1 + index * 300,
  }))
  const expected = acknowledgements.map(({ kind: cmd, messageId }) => generate({ cmd, messageId }))
  expect(encodeAcknowledgements(acknowledgements)).toEqual(Buffer.concat(expected))
})
