import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldId, formatFingerprint, parseFingerprint, parseId, parseSerialNumber } from '../src/identifiers.ts'

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const invalid = (code: string) => expect.objectContaining({ name: 'DomainError', code })

describe('an id', () => {
  for (const id of [
    'a',
    '0',
    'device-001',
    'AA:BB:CC:00:11:22',
    'ann@example.com',
    'a.b_c-d',
    'a'.repeat(64),
    'constructor',
    '__proto__x'.slice(2),
    'default',
    'selfie',
  ]) {
    test(`${id} is accepted as it stands`, () => expect(parseId(id, 'device')).toBe(id))
  }

  for (const { id, because } of [
    { id: '', because: '1 to 64 letters' },
    { id: 'a'.repeat(65), because: '1 to 64 letters' },
    { id: 'a..b', because: 'no ".."' },
    { id: '..', because: 'no ".."' },
    { id: '.a', because: 'begins and ends with a letter or digit' },
    { id: 'a-', because: 'begins and ends with a letter or digit' },
    { id: ':', because: 'begins and ends with a letter or digit' },
    { id: '__proto__', because: 'begins and ends with a letter or digit' },
    { id: 'a/b', because: '1 to 64 letters' },
    { id: 'a+b', because: '1 to 64 letters' },
    { id: 'a#', because: '1 to 64 letters' },
    { id: 'a b', because: '1 to 64 letters' },
    { id: 'a%2fb', because: '1 to 64 letters' },
    { id: 'a\n', because: '1 to 64 letters' },
    { id: 'a\0b', because: '1 to 64 letters' },
    { id: 'ünal', because: '1 to 64 letters' },
    { id: 'ca', because: 'reserved' },
    { id: 'Validate', because: 'reserved' },
    { id: 'BULK', because: 'reserved' },
    { id: 'certificates', because: 'reserved' },
    { id: 'csr', because: 'reserved' },
    { id: 'tokens', because: 'reserved' },
    { id: 'health', because: 'reserved' },
    { id: 'self', because: 'reserved' },
  ]) {
    test(`${JSON.stringify(id.slice(0, 20))} of ${id.length} characters is refused, and told why`, () => {
      expect(() => parseId(id, 'user')).toThrow(invalid('invalid_id'))
      expect(() => parseId(id, 'user')).toThrow(because)
      expect(() => parseId(id, 'user')).toThrow('cannot be a user id')
    })
  }

  test('of any length is quoted short', () => {
    expect(() => parseId('x'.repeat(100_000), 'device')).toThrow(/^.{1,300}$/)
  })

  test('can never name another place in a path or a topic', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aZ09._-:@/\\+#% \n\0\u00fc\u2024'), maxLength: 6 }), (text) => {
        if (!accepts(text)) return
        expect(encodeURIComponent(text).replaceAll(/%(?:3A|40)/g, '')).not.toContain('%')
        expect(text).not.toMatch(/[/+#\s\p{Cc}]|^\.|\.\./u)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is one with every id that differs from it only in case', () => {
    expect(foldId('Pump-7')).toBe(foldId('pUMP-7'))
    expect(foldId('pump-7')).not.toBe(foldId('pump-8'))
  })
})

describe('a fingerprint', () => {
  test('is read in upper or lower case, with or without colons, and always written one way', () => {
    fc.assert(
      fc.property(octets(32), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex')
        const written = formatFingerprint(hex)
        expect(written).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/)
        for (const spelling of [hex, hex.toUpperCase(), written, written.toLowerCase()]) {
          expect(parseFingerprint(spelling)).toBe(written)
        }
      }),
    )
  })

  const hex = 'ab'.repeat(32)
  for (const { name, text } of [
    { name: 'nothing', text: '' },
    { name: 'a SHA-1', text: 'ab'.repeat(20) },
    { name: 'a digit too many', text: `${hex}0` },
    { name: 'a digit too few', text: hex.slice(1) },
    { name: 'a letter that is no digit', text: `g${hex.slice(1)}` },
    { name: 'colons in other places', text: `abab:${hex.slice(4)}` },
    { name: 'a colon at the end', text: `${hex}:` },
    { name: 'a colon too few', text: formatFingerprint(hex).replace(':', '') },
    { name: 'a line feed', text: `${hex}\n` },
    { name: 'digits of another script', text: '٠'.repeat(64) },
  ]) {
    test(`${name} is none`, () => expect(() => parseFingerprint(text)).toThrow(invalid('invalid_fingerprint')))
  }
})

describe('a serial number', () => {
  for (const { text, expected } of [
    { text: '1', expected: '01' },
    { text: '0f', expected: '0F' },
    { text: '00:00:0a:bc', expected: '0ABC' },
    { text: '000abc', expected: '0ABC' },
    { text: '-1', expected: '-01' },
    { text: '-01:2c', expected: '-012C' },
    { text: 'f'.repeat(40), expected: 'F'.repeat(40) },
  ]) {
    test(`${text.slice(0, 12)} is ${expected.slice(0, 12)}`, () => expect(parseSerialNumber(text)).toBe(expected))
  }

  test('is written one way however it was spelled', () => {
    fc.assert(
      fc.property(octets(20), (bytes) => {
        fc.pre(bytes.some((octet) => octet > 0))
        const written = parseSerialNumber(Buffer.from(bytes).toString('hex'))
        expect(BigInt(`0x${written}`)).toBe(BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
        expect(parseSerialNumber(written)).toBe(written)
        expect(written).toMatch(/^(?!00)(?:[0-9A-F]{2}){1,20}$/)
      }),
    )
  })

  // RFC 5280 §4.1.2.2: at most 20 octets
  for (const text of ['', '0', '0000', '00:00', '-', '-0', '1-2', 'xyz', '1 2', randomBytes(21).toString('hex')]) {
    test(`${JSON.stringify(text.slice(0, 12))} of ${text.length} characters is none`, () => {
      expect(() => parseSerialNumber(text)).toThrow(invalid('invalid_serial_number'))
    })
  }
})

function accepts(text: string): boolean {
  try {
    return parseId(text, 'device') === text
  } catch {
    return false
  }
}
