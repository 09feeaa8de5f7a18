import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConnectPacket } from '../../src/broker/connect-packet.ts'
import { connectFrame, rawConnectFrame } from './connect-frame.ts'

const HEADER_LENGTH = 2
const OWN = { clientId: 'device-001', cleanSession: true, protocolVersion: 4, keepAlive: 60 }
const WILL_QOS_3 = 0b0001_1110
const WILL_QOS_2 = 0b0001_0110
const USER_NAME = 0b1000_0000
const PASSWORD = 0b0100_0000
const CLEAN = 0b10

describe('a CONNECT', () => {
  for (const { name, frame, expected } of [
    { name: 'ok/3.1.1', frame: connectFrame(), expected: OWN },
    {
      name: 'ok/3.1',
      frame: connectFrame({ protocolId: 'MQIsdp', protocolVersion: 3 }),
      expected: { ...OWN, protocolVersion: 3 },
    },
    { name: 'ok/3.1.1 of a bridge', frame: rawConnectFrame({ level: 0x84 }), expected: OWN },
    {
      name: 'ok/3.1 of a bridge',
      frame: rawConnectFrame({ protocolName: 'MQIsdp', level: 0x83 }),
      expected: { ...OWN, protocolVersion: 3 },
    },
    {
      name: 'ok/a session that is kept',
      frame: connectFrame({ clean: false }),
      expected: { ...OWN, cleanSession: false },
    },
    { name: 'ok/an empty client id', frame: connectFrame({ clientId: '' }), expected: { ...OWN, clientId: '' } },
    {
      name: 'ok/an empty client id of a session that is kept',
      frame: rawConnectFrame({ flags: 0, payload: [''] }),
      expected: { ...OWN, clientId: '', cleanSession: false },
    },
    { name: 'ok/a will of QoS 2', frame: withWill(WILL_QOS_2), expected: { ...OWN, willTopic: 'will' } },
    {
      name: 'ok/a user name and a password',
      frame: rawConnectFrame({ flags: CLEAN | USER_NAME | PASSWORD, payload: ['device-001', 'user', 'secret'] }),
      expected: { ...OWN, login: { userName: 'user', password: Buffer.from('secret') } },
    },
    {
      name: 'ok/a user name without a password, which claims nothing',
      frame: rawConnectFrame({ flags: CLEAN | USER_NAME, payload: ['device-001', 'user'] }),
      expected: OWN,
    },
    {
      name: 'ok/an empty password, which claims nothing either',
      frame: rawConnectFrame({ flags: CLEAN | USER_NAME | PASSWORD, payload: ['device-001', 'user', ''] }),
      expected: OWN,
    },
    { name: '5 is told from the others', frame: rawConnectFrame({ level: 5 }), expected: 'version_5' },
    { name: '5 of a bridge is told from the others', frame: rawConnectFrame({ level: 0x85 }), expected: 'version_5' },
    {
      name: '5 is told before the rest is read',
      frame: rawConnectFrame({ level: 5, payload: [Buffer.from([0xff])] }),
      expected: 'version_5',
    },
    { name: 'unknown/level 0', frame: rawConnectFrame({ level: 0 }), expected: 'version_unknown' },
    { name: 'unknown/level 6', frame: rawConnectFrame({ level: 6 }), expected: 'version_unknown' },
    {
      name: 'unknown/level 3 under the name of 3.1.1',
      frame: rawConnectFrame({ level: 3 }),
      expected: 'version_unknown',
    },
    {
      name: 'unknown/level 4 under the name of 3.1',
      frame: rawConnectFrame({ protocolName: 'MQIsdp' }),
      expected: 'version_unknown',
    },
    { name: 'refused/another protocol', frame: rawConnectFrame({ protocolName: 'AMQP' }), expected: 'invalid' },
    { name: 'refused/the name in lower case', frame: rawConnectFrame({ protocolName: 'mqtt' }), expected: 'invalid' },
    { name: 'refused/no protocol name', frame: rawConnectFrame({ protocolName: '' }), expected: 'invalid' },
    { name: 'refused/nothing', frame: Buffer.from([0x10, 0]), expected: 'invalid' },
    { name: 'refused/a name longer than the frame', frame: Buffer.from([0x10, 3, 0xff, 0xff, 4]), expected: 'invalid' },
    { name: 'refused/the reserved flag', frame: rawConnectFrame({ flags: CLEAN | 1 }), expected: 'invalid' }, // [MQTT-3.1.2-3]
    { name: 'refused/no client id', frame: rawConnectFrame({ payload: [] }), expected: 'invalid' },
    {
      name: 'refused/a client id longer than the frame',
      frame: rawConnectFrame({ payload: [Buffer.from([0, 9, 0x61])] }),
      expected: 'invalid',
    },
    {
      name: 'refused/a will that is announced and absent',
      frame: rawConnectFrame({ flags: 0b110 }),
      expected: 'invalid',
    },
    {
      name: 'refused/a will QoS without a will', // [MQTT-3.1.2-13]
      frame: rawConnectFrame({ flags: 0b1010 }),
      expected: 'invalid',
    },
    { name: 'refused/a will of QoS 3', frame: withWill(WILL_QOS_3), expected: 'invalid' }, // [MQTT-3.1.2-14]
    {
      name: 'refused/a will retained without a will', // [MQTT-3.1.2-15]
      frame: rawConnectFrame({ flags: 0b10_0010 }),
      expected: 'invalid',
    },
    {
      name: 'refused/a password without a user name', // [MQTT-3.1.2-22]
      frame: rawConnectFrame({ flags: CLEAN | PASSWORD, payload: ['device-001', 'secret'] }),
      expected: 'invalid',
    },
  ]) {
    test(name, () => expect(readConnectPacket(frame, HEADER_LENGTH)).toEqual(expected))
  }

  test('is refused wherever it is cut', () => {
    const frame = withWill(WILL_QOS_2)
    for (let length = HEADER_LENGTH; length < frame.length; length++) {
      const cut = Buffer.from(frame.subarray(0, length))
      cut.writeUInt8(length - HEADER_LENGTH, 1)
      expect(readConnectPacket(cut, HEADER_LENGTH)).toBe('invalid')
    }
  })

  test('of any bytes is read or refused, and nothing is thrown', () =>
    fc.assert(
      fc.property(fc.constantFrom('MQTT', 'MQIsdp'), fc.uint8Array({ maxLength: 100 }), (protocolName, bytes) => {
        const [level = 4, flags = 2] = bytes
        const frame = rawConnectFrame({ protocolName, level, flags, payload: [Buffer.from(bytes.subarray(2))] })
        expect(() => readConnectPacket(frame, HEADER_LENGTH)).not.toThrow()
        expect(() => readConnectPacket(Buffer.from([0x10, bytes.length, ...bytes]), HEADER_LENGTH)).not.toThrow()
      }),
      { numRuns: 1000 },
    ))
})

function withWill(flags: number): Buffer {
  return rawConnectFrame({ flags, payload: ['device-001', 'will', 'gone'] })
}
