import { describe, expect, test } from 'vitest'
import { derInteger } from '../../src/ca/der.ts'
import { DerReader, MalformedDer, readDerInteger } from '../../src/ca/der-reader.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex')

test('values are read one after another', () => {
  const reader = new DerReader(bytes('0401aa02020080a000'))
  expect(reader.readOptional(0x02)).toBeUndefined()
  expect(reader.read(0x04).toString('hex')).toBe('aa')
  expect(reader.readWhole(0x02).toString('hex')).toBe('02020080')
  expect(() => reader.end()).toThrow(MalformedDer)
  expect(reader.readOptional(0xa0)).toHaveLength(0)
  expect(reader.isAtEnd).toBe(true)
  expect(() => reader.end()).not.toThrow()
})

test('a long value has its length in several octets', () => {
  const long = Buffer.concat([bytes('0482012c'), Buffer.alloc(300)])
  expect(new DerReader(long).read(0x04)).toHaveLength(300)
})

describe.each([
  ['nothing', ''],
  ['another tag', '0500'],
  ['a tag alone', '04'],
  ['a value that is cut short', '0402aa'],
  ['a length that is cut short', '0482'],
  ['the indefinite form', '0480aa0000'],
  ['a length that is longer than it need be', '048101aa'],
  ['a length with a zero before it', '04820080'.padEnd(264, 'a')],
  ['a length of five octets', '04850000000001aa'],
  ['a length that no memory holds', '0484ffffffffaa'],
])('%s', (_, hex) => {
  test('is malformed', () => {
    expect(() => new DerReader(bytes(hex)).read(0x04)).toThrow(MalformedDer)
  })
})

for (const { hex, expected } of [
  { hex: '00', expected: '0' },
  { hex: '7f', expected: '7F' },
  { hex: '0080', expected: '80' },
  { hex: '0100', expected: '0100' },
  { hex: 'ff', expected: '-01' },
  { hex: 'fb', expected: '-05' },
  { hex: '80', expected: '-80' },
  { hex: 'fed4', expected: '-012C' },
  { hex: 'ff7f', expected: '-81' },
]) {
  test(`the integer ${hex} is ${expected}, and is written so again`, () => {
    expect(readDerInteger(bytes(hex))).toBe(expected)
    expect(derInteger(expected).subarray(2).toString('hex')).toBe(hex)
  })
}

for (const hex of ['', '0001', 'ff80']) {
  test(`${hex || 'nothing'} is no integer in its fewest octets`, () => {
    expect(() => readDerInteger(bytes(hex))).toThrow(MalformedDer)
  })
}

test('a value of any tag is told with its tag', () => {
  const reader = new DerReader(bytes('1e020041'))
  expect(reader.readAny()).toEqual({ tag: 0x1e, contents: bytes('0041') })
  expect(() => reader.readAny()).toThrow(MalformedDer)
})

test('a bit string of whole octets is those octets', () => {
  expect(new DerReader(bytes('030300aabb')).readBitString()).toEqual(bytes('aabb'))
  for (const hex of ['030204a0', '0300']) {
    expect(() => new DerReader(bytes(hex)).readBitString()).toThrow(MalformedDer)
  }
})
