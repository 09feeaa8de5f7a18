/** X.690 §8.1.3: tag, length in the definite form, contents. */
export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const length = contents.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...contents])
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

export function derSequence(...members: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return encodeDer(0x30, ...members)
}

/** X.690 §8.3: a number that is not negative, in the fewest octets. */
export function derInteger(hex: string): Buffer<ArrayBuffer> {
  const digits = hex.replace(/^0+/, '')
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  const isBare = octets.length > 0 && octets.readUInt8(0) < 0x80
  return isBare ? encodeDer(0x02, octets) : encodeDer(0x02, Buffer.from([0]), octets)
}

export function derOctetString(contents: Uint8Array): Buffer<ArrayBuffer> {
  return encodeDer(0x04, contents)
}

export function derBitString(contents: Uint8Array): Buffer<ArrayBuffer> {
  return encodeDer(0x03, Buffer.from([0]), contents)
}

const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

/** RFC 5280 §5.1.2.4: UTCTime through the year 2049, GeneralizedTime from then on; whole seconds. */
export function derTime(time: Date): Buffer<ArrayBuffer> {
  const [year = '', month, day, hour, minute, second] = time.toISOString().split(/[-:T.]/)
  const digits = `${month}${day}${hour}${minute}${second}Z`
  if (year < '1950' || year >= '2050') return encodeDer(GENERALIZED_TIME, Buffer.from(year + digits))
  return encodeDer(UTC_TIME, Buffer.from(year.slice(2) + digits))
}

export function derNull(): Buffer<ArrayBuffer> {
  return encodeDer(0x05)
}

/** X.690 §8.19: from its dotted form. */
export function derObjectIdentifier(dotted: string): Buffer<ArrayBuffer> {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return encodeDer(0x06, Buffer.from([first * 40 + second, ...others].flatMap(base128)))
}

/** Seven bits an octet, the most significant first; all but the last with the eighth set. */
function base128(arc: number): readonly number[] {
  const octets = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 | (rest % 128))
  return octets
}
