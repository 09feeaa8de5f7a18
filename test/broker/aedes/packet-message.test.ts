import { expect, test } from 'vitest'
import { readMessage } from '../../../src/broker/aedes/packet-message.ts'

test('a payload is octets, whatever Aedes was given', () => {
  const packet = { cmd: 'publish', topic: 'a', qos: 1, retain: true, dup: false } as const
  const expected = { topic: 'a', qos: 1, retain: true, payload: Buffer.from('x') }
  expect(readMessage({ ...packet, payload: 'x' })).toEqual(expected)
  expect(readMessage({ ...packet, payload: Buffer.from('x') })).toEqual(expected)
})
