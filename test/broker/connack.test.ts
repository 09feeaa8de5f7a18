import { parser } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { encodeConnack, encodeVersionConnack, RETURN_CODE } from '../../src/broker/connack.ts'

for (const [name, returnCode] of Object.entries(RETURN_CODE)) {
  test(`${name} is read by a 3.1.1 client as return code ${returnCode} without a session`, () =>
    expect(read(encodeConnack(returnCode), 4)).toMatchObject([{ cmd: 'connack', returnCode, sessionPresent: false }]))
}

test('an unsupported version is read by a version 5 client as reason code 0x84', () =>
  expect(read(encodeVersionConnack('version_5'), 5)).toMatchObject([
    { cmd: 'connack', reasonCode: 0x84, sessionPresent: false },
  ]))

function read(bytes: Buffer, protocolVersion: number): readonly unknown[] {
  const packets: unknown[] = []
  const frames = parser({ protocolVersion })
  frames.on('packet', (packet) => packets.push(packet))
  expect(frames.parse(bytes)).toBe(0)
  return packets
}

test('another version is told the return code that every version knows', () =>
  expect(encodeVersionConnack('version_unknown')).toEqual(encodeConnack(RETURN_CODE.unacceptableProtocolVersion)))
