/** X.690 §8.1.3: tag, length in the definite form, contents. */
export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const lengthOctets = countLengthOctets(length)
  // Not by Buffer.concat: a long list has hundreds of thousands of values, and it takes twice the time.
  const encoded = Buffer.allocUnsafe(2 + lengthOctets + length)
  encoded.writeUInt8(tag, 0)
  encoded.writeUInt8(lengthOctets === 0 ? length : 0x80 | lengthOctets, 1)
  if (lengthOctets > 0) encoded.writeUIntBE(length, 2, lengthOctets)
  let end = 2 + lengthOctets
  for (const content of contents) {
    encoded.set(content, end)
    end += content.byteLength
  }
  return encoded
}

/** Those behind the first one, which alone says a length below 128. */
function countLengthOctets(length: number): number {
  if (length < 0x80) return 0
  let octets = 1
  for (let rest = Math.floor(length / 256); rest > 0; rest = Math.floor(rest / 256)) octets++
  return octets
}

export function derSequence(...members: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return encodeDer(0x30, ...members)
}

/** X.690 §8.3: a whole number in the fewest octets, from hexadecimal with a sign where it is negative. */
export function derInteger(hex: string): Buffer<ArrayBuffer> {
  if (hex.startsWith('-')) return encodeDer(0x02, twosComplement(BigInt(`0x${hex.slice(1)}`)))
  const octets = toOctets(hex.replace(/^0+/, ''))
  const isBare = octets.length > 0 && octets.readUInt8(0) < 0x80
  return isBare ? encodeDer(0x02, octets) : encodeDer(0x02, Buffer.from([0]), octets)
}

// RFC 5280 §4.1.2.2: other CAs have issued negative serial numbers, and they are to be handled gracefully.
function twosComplement(magnitude: bigint): Buffer {
  const octets = Math.ceil(((magnitude - 1n).toString(2).length + 1) / 8)
  return toOctets(((1n << BigInt(8 * octets)) - magnitude).toString(16))
}

function toOctets(digits: string): Buffer {
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}

/** From the octets of its contents, in hexadecimal. */
export function derOid(hex: string): Buffer<ArrayBuffer> {
  return encodeDer(0x06, Buffer.from(hex, 'hex'))
}

export function derEnumerated(value: number): Buffer<ArrayBuffer> {
  return encodeDer(0x0a, Buffer.from([value]))
}

export function derOctetString(contents: Uint8Array): Buffer<ArrayBuffer> {
  return encodeDer(0x04, contents)
}

export function derBitString(contents: Uint8Array): Buffer<ArrayBuffer> {
  return encodeDer(0x03, Buffer.from([0]), contents)
}

/** X.690 §11.2.2: the zeros behind the last bit that is set are left out; bit 0 is the first. */
export function derNamedBits(bits: readonly number[]): Buffer<ArrayBuffer> {
  const last = Math.max(-1, ...bits)
  const octets = Buffer.alloc(Math.ceil((last + 1) / 8))
  for (const bit of bits) octets.writeUInt8(octets.readUInt8(bit >> 3) | (0x80 >> (bit & 7)), bit >> 3)
  return encodeDer(0x03, Buffer.from([8 * octets.length - (last + 1)]), octets)
}

export function derBoolean(value: boolean): Buffer<ArrayBuffer> {
  return encodeDer(0x01, Buffer.from([value ? 0xff : 0x00]))
}

export function derUtf8String(text: string): Buffer<ArrayBuffer> {
  return encodeDer(0x0c, Buffer.from(text))
}

export function derSet(...members: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return encodeDer(0x31, ...members)
}

/** RFC 5280 §4.1: `oid` in hexadecimal; `critical` is said only where it is so. */
export function derExtension(oid: string, value: Uint8Array, isCritical = false): Buffer<ArrayBuffer> {
  const critical = isCritical ? derBoolean(true) : Buffer.alloc(0)
  return derSequence(derOid(oid), critical, derOctetString(value))
}

/** X.690 §8.19: the first two arcs in one, each in seven bits an octet. */
export function derObjectIdentifier(text: string): Buffer<ArrayBuffer> {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number)
  return encodeDer(0x06, Buffer.from([first * 40 + second, ...others].flatMap(arcOctets)))
}

function arcOctets(arc: number): readonly number[] {
  const octets = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 | (rest % 128))
  return octets
}

const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

/** RFC 6960 §4.2.2.1: OCSP knows no other form. */
export function derGeneralizedTime(time: Date): Buffer<ArrayBuffer> {
  return encodeDer(GENERALIZED_TIME, Buffer.from(writeDigits(time)))
}

/** RFC 5280 §5.1.2.4: UTCTime through the year 2049, GeneralizedTime from then on; whole seconds. */
export function derTime(time: Date): Buffer<ArrayBuffer> {
  const year = time.getUTCFullYear()
  if (year < 1950 || year >= 2050) return derGeneralizedTime(time)
  return encodeDer(UTC_TIME, Buffer.from(writeDigits(time).slice(2)))
}

function writeDigits(time: Date): string {
  const text = time.toISOString()
  const [date, hours, minutes, seconds] = [
    text.slice(0, 10),
    text.slice(11, 13),
    text.slice(14, 16),
    text.slice(17, 19),
  ]
  return `${date.slice(0, 4)}${date.slice(5, 7)}${date.slice(8)}${hours}${minutes}${seconds}Z`
}

export function derNull(): Buffer<ArrayBuffer> {
  return encodeDer(0x05)
}
