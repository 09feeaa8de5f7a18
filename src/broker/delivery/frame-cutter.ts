import { readFixedHeader } from '../fixed-header.ts'
import type { FrameViolation } from '../frame-meter.ts'
import type { Message, QoS } from './message.ts'
import type { Acknowledgement } from './wire.ts'

/** A PUBLISH beyond doubt. */
export interface PublishFrame {
  readonly kind: 'publish'
  readonly message: Message
  /** 0 at QoS 0. */
  readonly messageId: number
}

/** Everything else, faulty frames included: a whole parser is to judge it. */
export interface OtherFrame {
  readonly kind: 'other'
}

export type Frame = PublishFrame | Acknowledgement | OtherFrame

export interface FrameCutterOptions {
  readonly maxBytes: number
  readonly topicLevels: number
}

const RESERVED = 0
const PUBLISH = 3
const PUBACK = 4
// PUBREL, SUBSCRIBE, UNSUBSCRIBE
const REQUESTS: ReadonlySet<number> = new Set([6, 8, 10])
const ACKNOWLEDGEMENTS = ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const
const OTHER: OtherFrame = { kind: 'other' }
const NOTHING = Buffer.alloc(0)

/** Cuts a byte stream into frames, judges their size at the header, and reads those that make up the traffic. */
export class FrameCutter {
  readonly #maxBytes: number
  readonly #topicLevels: number
  #bytes: Buffer = NOTHING
  #start = 0
  #end = 0
  /** The beginning of a frame that is not whole, and how many bytes more it needs at least. */
  #held: Buffer[] = []
  #missing = 0
  /** A client says most on one topic: it is read and checked once. */
  #lastTopic = ''

  constructor({ maxBytes, topicLevels }: FrameCutterOptions) {
    this.#maxBytes = maxBytes
    this.#topicLevels = topicLevels
  }

  push(chunk: Buffer): void {
    this.#missing -= chunk.length
    this.#held.push(chunk)
    if (this.#missing > 0) return
    if (this.#end < this.#bytes.length) this.#held.unshift(this.#bytes.subarray(this.#end))
    this.#bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held)
    this.#start = 0
    this.#end = 0
    this.#held = []
    this.#missing = 0
  }

  /** The frame that follows. */
  next(): Frame | 'incomplete' | FrameViolation {
    const bytes = this.#bytes
    const start = this.#end
    if (start >= bytes.length) return 'incomplete'
    const header = readFixedHeader(bytes, start)
    if (header === 'malformed') return 'packet_invalid'
    if (header === 'incomplete') return this.#hold(1)
    const { headerLength, remainingLength } = header
    if (headerLength + remainingLength > this.#maxBytes) return 'packet_too_large'
    const body = start + headerLength
    const end = body + remainingLength
    if (end > bytes.length) return this.#hold(end - bytes.length)
    this.#start = start
    this.#end = end
    return this.#read(body, end)
  }

  /** The bytes of the frame that `next` has given. */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end)
  }

  #hold(missing: number): 'incomplete' | OtherFrame {
    this.#start = this.#end
    const rest = this.#bytes.subarray(this.#start)
    if (!hasValidFlags(octet(rest, 0))) {
      // [MQTT-2.2.2-2]: nothing that follows could mend it, so nobody waits for the rest.
      this.#end = this.#bytes.length
      return OTHER
    }
    this.#held = [rest]
    this.#missing = missing
    this.#bytes = NOTHING
    this.#start = 0
    this.#end = 0
    return 'incomplete'
  }

  #read(body: number, end: number): Frame {
    const first = octet(this.#bytes, this.#start)
    const type = first >> 4
    if (type === PUBLISH) return this.#readPublish(first, body, end)
    const kind = ACKNOWLEDGEMENTS[type - PUBACK]
    if (kind === undefined || !hasValidFlags(first) || end - body !== 2) return OTHER
    const messageId = this.#readUInt16(body)
    return messageId === 0 ? OTHER : { kind, messageId }
  }

  #readPublish(first: number, body: number, end: number): Frame {
    const qos = (first >> 1) & 3
    // [MQTT-3.3.1-2]: no DUP at QoS 0
    if (!isQoS(qos) || (qos === 0 && (first & 8) !== 0) || end - body < 2) return OTHER
    const topicEnd = body + 2 + this.#readUInt16(body)
    const payloadStart = qos === 0 ? topicEnd : topicEnd + 2
    if (payloadStart > end) return OTHER
    const topic = this.#readTopic(body + 2, topicEnd)
    const messageId = qos === 0 ? 0 : this.#readUInt16(topicEnd)
    if (topic === undefined || (qos > 0 && messageId === 0)) return OTHER
    const payload = this.#bytes.subarray(payloadStart, end)
    return { kind: 'publish', message: { topic, payload, qos, retain: (first & 1) === 1 }, messageId }
  }

  /** None when it is to be looked at more closely. */
  #readTopic(start: number, end: number): string | undefined {
    if (isAt(this.#lastTopic, this.#bytes, start, end)) return this.#lastTopic
    if (!isPlainTopic(this.#bytes, start, end, this.#topicLevels)) return undefined
    this.#lastTopic = this.#bytes.toString('latin1', start, end)
    return this.#lastTopic
  }

  #readUInt16(at: number): number {
    return (octet(this.#bytes, at) << 8) | octet(this.#bytes, at + 1)
  }
}

const SLASH = 0x2f
const PLUS = 0x2b
const HASH = 0x23

/** ASCII without NUL and wildcards, with no more levels than are allowed. */
function isPlainTopic(bytes: Buffer, start: number, end: number, topicLevels: number): boolean {
  let levels = 1
  for (let index = start; index < end; index++) {
    const one = octet(bytes, index)
    if (one === 0 || one > 0x7f || one === PLUS || one === HASH) return false
    if (one === SLASH) levels++
  }
  return end > start && levels <= topicLevels
}

function isAt(topic: string, bytes: Buffer, start: number, end: number): boolean {
  const { length } = topic
  if (length === 0 || length !== end - start) return false
  // From its end, where topics differ.
  for (let index = length - 1; index >= 0; index--) {
    if (topic.charCodeAt(index) !== bytes[start + index]) return false
  }
  return true
}

/** MQTT 3.1.1 §2.2.2; the type that has no meaning is judged as a whole. */
function hasValidFlags(first: number): boolean {
  const type = first >> 4
  const flags = first & 0xf
  if (type === PUBLISH || type === RESERVED) return isQoS((flags >> 1) & 3)
  return flags === (REQUESTS.has(type) ? 2 : 0)
}

function isQoS(value: number): value is QoS {
  return value <= 2
}

function octet(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0
}
