/** What is no DER, or not the value that was expected there. */
export class MalformedDer extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MalformedDer'
  }
}

/** Takes DER apart, one value after another; throws `MalformedDer` for what is none: X.690 §10. */
export class DerReader {
  #rest: Buffer

  constructor(bytes: Uint8Array) {
    this.#rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0
  }

  /** The contents of the next value, which must have this tag. */
  read(tag: number): Buffer {
    const { start, end } = this.#next(tag)
    return this.#take(end).subarray(start)
  }

  /** Undefined where a value of another tag comes next, or none. */
  readOptional(tag: number): Buffer | undefined {
    return this.#rest[0] === tag ? this.read(tag) : undefined
  }

  /** The next value, whatever it is. */
  readAny(): { readonly tag: number; readonly contents: Buffer } {
    const [tag] = this.#rest
    if (tag === undefined) throw new MalformedDer('A value was expected')
    return { tag, contents: this.read(tag) }
  }

  /** Of a BIT STRING of whole octets: X.690 §8.6. */
  readBitString(): Buffer {
    const contents = this.read(0x03)
    if (contents[0] !== 0) throw new MalformedDer('A BIT STRING of whole octets was expected')
    return contents.subarray(1)
  }

  /** The next value with its tag and length, as it stands. */
  readWhole(tag: number): Buffer {
    return this.#take(this.#next(tag).end)
  }

  /** Throws where something is left. */
  end(): void {
    if (!this.isAtEnd) throw new MalformedDer('Something stands behind the last value')
  }

  #next(tag: number): { readonly start: number; readonly end: number } {
    if (this.#rest[0] !== tag) throw new MalformedDer(`A value of tag ${tag} was expected`)
    const first = this.#rest[1] ?? Number.NaN
    const octets = first > 0x80 ? first - 0x80 : 0
    const start = 2 + octets
    const length = octets === 0 ? first : this.#readLength(octets)
    const end = start + length
    // §10.1: the definite form, in the fewest octets; 0x80 is the indefinite one
    if (first === 0x80 || !(end <= this.#rest.length)) throw new MalformedDer('A length is wrong')
    return { start, end }
  }

  #readLength(octets: number): number {
    if (octets > 4 || this.#rest.length < 2 + octets) throw new MalformedDer('A length is wrong')
    const length = this.#rest.readUIntBE(2, octets)
    if (length < 0x80 || length < 256 ** (octets - 1)) throw new MalformedDer('A length is longer than it need be')
    return length
  }

  #take(end: number): Buffer {
    const taken = this.#rest.subarray(0, end)
    this.#rest = this.#rest.subarray(end)
    return taken
  }
}

/** The contents of an INTEGER in hexadecimal, as Node names the serial number of a certificate: `-05`, `0`, `2A`. */
export function readDerInteger(contents: Buffer): string {
  const [first, second = 0] = contents
  // X.690 §8.3.2
  const isPadded = contents.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  if (first === undefined || isPadded) throw new MalformedDer('An INTEGER is not in its fewest octets')
  if (contents.every((octet) => octet === 0)) return '0'
  const hex = contents.toString('hex')
  if (first < 0x80) return hex.toUpperCase().replace(/^00/, '')
  const magnitude = ((1n << BigInt(8 * contents.length)) - BigInt(`0x${hex}`)).toString(16).toUpperCase()
  return `-${magnitude.length % 2 === 0 ? '' : '0'}${magnitude}`
}
