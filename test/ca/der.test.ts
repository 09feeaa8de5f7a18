import { expect, test } from 'vitest'
import {
  derBoolean,
  derInteger,
  derNamedBits,
  derNull,
  derObjectIdentifier,
  derOctetString,
  derSet,
  derTime,
  derUtf8String,
} from '../../src/ca/der.ts'

for (const { hex, expected } of [
  { hex: '0', expected: '020100' },
  { hex: '7f', expected: '02017f' },
  { hex: '80', expected: '02020080' },
  { hex: '0080', expected: '02020080' },
  { hex: '100', expected: '02020100' },
  { hex: 'FFAA', expected: '020300ffaa' },
  { hex: '-05', expected: '0201fb' },
  { hex: '-80', expected: '020180' },
  { hex: '-81', expected: '0202ff7f' },
  { hex: '-012C', expected: '0202fed4' },
]) {
  test(`the integer ${hex} is ${expected}, in the fewest octets`, () => {
    expect(derInteger(hex).toString('hex')).toBe(expected)
  })
}

for (const { octets, expected } of [
  { octets: 0, expected: '0400' },
  { octets: 127, expected: '047f' },
  { octets: 128, expected: '048180' },
  { octets: 256, expected: '04820100' },
  { octets: 70_000, expected: '0483011170' },
]) {
  test(`${octets} octets begin with ${expected}`, () => {
    const encoded = derOctetString(Buffer.alloc(octets, 0xee))
    expect(encoded.toString('hex').startsWith(expected)).toBe(true)
    expect(encoded).toHaveLength(expected.length / 2 + octets)
  })
}

for (const { time, expected } of [
  { time: '2026-11-22T12:00:05.999Z', expected: '\x17\x0d261122120005Z' },
  { time: '2049-12-31T23:59:59.000Z', expected: '\x17\x0d491231235959Z' },
  { time: '2050-01-01T00:00:00.000Z', expected: '\x18\x0f20500101000000Z' },
]) {
  test(`${time} is a ${expected.length === 15 ? 'UTCTime' : 'GeneralizedTime'}`, () => {
    expect(derTime(new Date(time)).toString('latin1')).toBe(expected)
  })
}

// X.690 §8.19.5, and what OpenSSL prints for the others
for (const { dotted, expected } of [
  { dotted: '2.999.3', expected: '0603883703' },
  { dotted: '1.2.840.113549.1.7.1', expected: '06092a864886f70d010701' },
  { dotted: '2.16.840.1.101.3.4.1.42', expected: '060960864801650304012a' },
]) {
  test(`the object identifier ${dotted} is ${expected}`, () => {
    expect(derObjectIdentifier(dotted).toString('hex')).toBe(expected)
  })
}

test('NULL is two octets', () => {
  expect(derNull().toString('hex')).toBe('0500')
})

for (const { bits, expected } of [
  { bits: [], expected: '030100' },
  { bits: [0], expected: '03020780' },
  { bits: [0, 2], expected: '030205a0' },
  { bits: [5, 6], expected: '03020106' },
  { bits: [7], expected: '03020001' },
  { bits: [8], expected: '0303070080' },
]) {
  test(`the named bits ${bits.join(' and ') || 'none'} are ${expected}, without the zeros behind them`, () => {
    expect(derNamedBits(bits).toString('hex')).toBe(expected)
  })
}

for (const { octets, expected } of [
  { octets: 65_535, expected: '0482ffff' },
  { octets: 65_536, expected: '0483010000' },
  { octets: 16_777_216, expected: '048401000000' },
]) {
  test(`${octets} octets have the shortest length that says so`, () => {
    expect(
      derOctetString(Buffer.alloc(octets))
        .subarray(0, expected.length / 2)
        .toString('hex'),
    ).toBe(expected)
  })
}

test('a BOOLEAN is all ones or all zeros', () => {
  expect(derBoolean(true).toString('hex')).toBe('0101ff')
  expect(derBoolean(false).toString('hex')).toBe('010100')
})

test('a UTF8String counts octets, not characters', () => {
  expect(derUtf8String('Größe').toString('hex')).toBe('0c074772c3b6c39f65')
})

test('a SET of one is that one in its tag', () => {
  expect(derSet(derNull()).toString('hex')).toBe('31020500')
})
