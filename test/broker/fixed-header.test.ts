import { describe, expect, test } from 'vitest'
import { readFixedHeader } from '../../src/broker/fixed-header.ts'

// MQTT 3.1.1 §2.2.3, table 2.4: the ends of each length in octets
const HEADERS = [
  { bytes: [0xc0, 0x00], headerLength: 2, remainingLength: 0 },
  { bytes: [0x10, 0x7f], headerLength: 2, remainingLength: 127 },
  { bytes: [0x30, 0x80, 0x01], headerLength: 3, remainingLength: 128 },
  { bytes: [0x3d, 0xff, 0x7f], headerLength: 3, remainingLength: 16_383 },
  { bytes: [0x82, 0x80, 0x80, 0x01], headerLength: 4, remainingLength: 16_384 },
  { bytes: [0x30, 0xff, 0xff, 0x7f], headerLength: 4, remainingLength: 2_097_151 },
  { bytes: [0x30, 0x80, 0x80, 0x80, 0x01], headerLength: 5, remainingLength: 2_097_152 },
  { bytes: [0xff, 0xff, 0xff, 0xff, 0x7f], headerLength: 5, remainingLength: 268_435_455 },
  // Not the shortest form of its length, which the standard does not forbid
  { bytes: [0xc0, 0x80, 0x00], headerLength: 3, remainingLength: 0 },
]

describe('a fixed header', () => {
  for (const { bytes, ...expected } of HEADERS) {
    const name = Buffer.from(bytes).toString('hex')

    test(`${name} has the remaining length ${expected.remainingLength}`, () =>
      expect(readFixedHeader(Buffer.from(bytes))).toEqual(expected))

    test(`${name} is read from the start of more bytes`, () =>
      expect(readFixedHeader(Buffer.from([...bytes, 0xff, 0xff]))).toEqual(expected))

    test(`${name} is incomplete wherever it is cut`, () => {
      for (let length = 0; length < bytes.length; length++) {
        expect(readFixedHeader(Buffer.from(bytes.slice(0, length)))).toBe('incomplete')
      }
    })
  }

  // MQTT 3.1.1 §2.2.3: at most four octets
  for (const bytes of [
    [0x30, 0x80, 0x80, 0x80, 0x80],
    [0x30, 0xff, 0xff, 0xff, 0xff, 0x7f],
  ]) {
    test(`${Buffer.from(bytes).toString('hex')} is malformed`, () =>
      expect(readFixedHeader(Buffer.from(bytes))).toBe('malformed'))
  }
})
