import { generate, type Packet } from 'mqtt-packet'

/** Numbers that follow from a seed alone (mulberry32). */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** A whole number from 0, below this one. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }
}

/** Bytes that begin like nothing, or like a packet of some type. */
export function randomPacket(random: SeededRandom): Buffer {
  const body = random.bytes(random.below(48))
  if (random.below(2) === 0) return body
  return Buffer.concat([Buffer.from([random.below(256), body.length]), body])
}

/** A packet that was valid before one to three things happened to it. */
export function mutatedPacket(random: SeededRandom, valid: readonly Packet[]): Buffer {
  let bytes = generate(random.pick(valid))
  for (let times = 1 + random.below(3); times > 0; times--) bytes = random.pick(MUTATIONS)(bytes, random)
  return bytes
}

type Mutation = (bytes: Buffer, random: SeededRandom) => Buffer

const flipBit: Mutation = (bytes, random) => {
  const flipped = Buffer.from(bytes)
  const at = random.below(bytes.length)
  flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8))
  return flipped
}

const truncate: Mutation = (bytes, random) => bytes.subarray(0, 1 + random.below(bytes.length))

const duplicate: Mutation = (bytes) => Buffer.concat([bytes, bytes])

const repeatPart: Mutation = (bytes, random) => {
  const from = random.below(bytes.length)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(random.below(from + 1))])
}

/** MQTT 3.1.1 §2.2.3: the second octet, and what follows it. */
const changeLength: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes)
  if (changed.length > 1) changed[1] = random.pick([0, 1, (changed[1] ?? 0) + 1, 127, 128, 255])
  return changed
}

/** The length of the first field, a topic or a protocol name mostly. */
const changeField: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes)
  if (changed.length > 4) changed.writeUInt16BE(random.pick([0, 1, bytes.length, 0xff00, 0xffff]), 2)
  return changed
}

const changeType: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes)
  changed[0] = random.below(256)
  return changed
}

const MUTATIONS: readonly Mutation[] = [flipBit, truncate, duplicate, repeatPart, changeLength, changeField, changeType]
