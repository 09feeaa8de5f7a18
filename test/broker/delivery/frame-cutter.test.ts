import fc from 'fast-check'
import { generate, type Packet, parser } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { type Frame, FrameCutter } from '../../../src/broker/delivery/frame-cutter.ts'
import { encodeAcknowledgements } from '../../../src/broker/delivery/wire.ts'
import { readFixedHeader } from '../../../src/broker/fixed-header.ts'
import type { FrameViolation } from '../../../src/broker/frame-meter.ts'

const LIMITS = { maxBytes: 1000, topicLevels: 4 }

const messageId = fc.integer({ min: 1, max: 65_535 })
const topic = fc.oneof(fc.constantFrom('a', 'a/b', 'a/b/c/d', 'a/b/c/d/e', 'ä/b'), fc.string({ minLength: 1 }))
const publish = fc.record({
  cmd: fc.constant('publish'),
  topic: topic.filter((text) => !/[#+]/.test(text)),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0, 1, 2),
  retain: fc.boolean(),
  dup: fc.constant(false),
  messageId,
})
const acknowledgement = fc.record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'), messageId })
const subscribe = fc.record({
  cmd: fc.constant('subscribe'),
  messageId,
  subscriptions: fc.array(fc.record({ topic, qos: fc.constantFrom(0, 1, 2) }), { minLength: 1, maxLength: 3 }),
})
const ping = fc.constant({ cmd: 'pingreq' })
const wellFormed = fc
  .oneof({ weight: 4, arbitrary: publish }, acknowledgement, subscribe, ping)
  .map((packet) => generate(packet as Packet))
// One octet of it is another: types, flags, lengths, identifiers, topics.
const damaged = fc
  .tuple(wellFormed, fc.nat(12), fc.nat(255))
  .map(([frame, at, octet]) => Buffer.from(frame.map((one, index) => (index === at % frame.length ? octet : one))))
const sizes = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 20 })

describe('what is cut, with a parser for the rest, is what the parser alone reads', () => {
  test('of packets as they should be', () =>
    fc.assert(
      fc.property(fc.array(wellFormed, { maxLength: 12 }), sizes, (frames, chunkSizes) => {
        const bytes = Buffer.concat(frames)
        expect(readByCutter(chunksOf(bytes, chunkSizes))).toEqual(readByParser(bytes))
      }),
      { numRuns: 500 },
    ))

  test('of packets that are damaged, up to the error', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(wellFormed, damaged), { maxLength: 8 }), sizes, (frames, chunkSizes) => {
        const bytes = Buffer.concat(frames)
        const { violation, ...read } = readByCutter(chunksOf(bytes, chunkSizes))
        // What is too large, or no length at all, the parser would wait for.
        if (violation === undefined) expect(read).toEqual(readByParser(bytes))
        else expect(readByParser(bytes).packets.slice(0, read.packets.length)).toEqual(read.packets)
      }),
      { numRuns: 2000 },
    ))

  test('of any bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), sizes, (bytes, chunkSizes) => {
        const { violation, ...read } = readByCutter(chunksOf(Buffer.from(bytes), chunkSizes))
        if (violation === undefined) expect(read).toEqual(readByParser(Buffer.from(bytes)))
      }),
      { numRuns: 1000 },
    ))
})

describe('a frame', () => {
  const plain = { cmd: 'publish', topic: 'a/b', payload: 'x', qos: 1, messageId: 7, retain: true, dup: true } as const

  test('of a PUBLISH is read', () => {
    expect(framesOf(generate(plain))).toEqual([
      { kind: 'publish', message: { topic: 'a/b', payload: Buffer.from('x'), qos: 1, retain: true }, messageId: 7 },
    ])
  })

  test('of an acknowledgement is read', () => {
    const acknowledgements = (['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((kind) => ({
      kind,
      messageId: 9,
    }))
    expect(framesOf(encodeAcknowledgements(acknowledgements))).toEqual(acknowledgements)
  })

  for (const { name, bytes } of [
    { name: 'a topic that is not ASCII', bytes: generate({ ...plain, topic: 'ä' }) },
    { name: 'a topic with a wildcard', bytes: Buffer.from([0x30, 4, 0, 1, 0x23, 0x78]) },
    { name: 'a topic with NUL', bytes: Buffer.from([0x30, 3, 0, 1, 0]) },
    { name: 'no topic', bytes: Buffer.from([0x30, 2, 0, 0]) },
    { name: 'no room for its topic', bytes: Buffer.from([0x30, 3, 0, 2, 0x61]) },
    { name: 'no room for its identifier', bytes: Buffer.from([0x32, 4, 0, 1, 0x61, 0]) },
    { name: 'identifier 0', bytes: Buffer.from([0x32, 5, 0, 1, 0x61, 0, 0]) },
    { name: 'DUP at QoS 0', bytes: Buffer.from([0x38, 3, 0, 1, 0x61]) },
    { name: 'QoS 3', bytes: Buffer.from([0x36, 5, 0, 1, 0x61, 0, 1]) },
    { name: 'more levels than are allowed', bytes: generate({ ...plain, topic: 'a/b/c/d/e' }) },
    { name: 'an acknowledgement of identifier 0', bytes: Buffer.from([0x40, 2, 0, 0]) },
    { name: 'an acknowledgement of another length', bytes: Buffer.from([0x40, 3, 0, 1, 0]) },
    { name: 'a PUBREL with other flags', bytes: Buffer.from([0x60, 2, 0, 1]) },
    { name: 'a PINGREQ', bytes: Buffer.from([0xc0, 0]) },
  ]) {
    test(`with ${name} is left to the parser`, () => expect(framesOf(bytes)).toEqual([{ kind: 'other' }]))
  }

  test('with impossible flags is left to the parser before it is whole: no more of it is waited for', () => {
    expect(framesOf(Buffer.from([0x36, 100, 0]))).toEqual([{ kind: 'other' }])
    expect(framesOf(Buffer.from([0x83, 100, 0]))).toEqual([{ kind: 'other' }])
  })

  test('of the limit is read, in however many pieces it comes', () => {
    const bytes = generate({ ...plain, payload: Buffer.alloc(LIMITS.maxBytes - 10) })
    expect(bytes.length).toBe(LIMITS.maxBytes)
    expect(framesOf(...chunksOf(bytes, [1]))).toHaveLength(1)
  })

  for (const { expected, bytes } of [
    { expected: 'packet_too_large', bytes: [0x30, 0xe6, 7] },
    { expected: 'packet_too_large', bytes: [0x82, 0xff, 0xff, 0xff, 0x7f] },
    { expected: 'packet_invalid', bytes: [0x30, 0x80, 0x80, 0x80, 0x80] },
  ]) {
    test(`of header ${Buffer.from(bytes).toString('hex')} is ${expected}, at its header`, () => {
      expect(readByCutter([Buffer.from([0xc0, 0]), Buffer.from(bytes)])).toMatchObject({
        packets: [{ cmd: 'pingreq' }],
        violation: expected,
      })
      expect(readByCutter(chunksOf(Buffer.from(bytes), [1])).violation).toBe(expected)
    })
  }
})

test('what is pushed while frames are taken comes after them', () => {
  const cutter = new FrameCutter(LIMITS)
  const frames = [1, 2, 3].map((id) => encodeAcknowledgements([{ kind: 'puback', messageId: id }]))
  const [one = Buffer.alloc(0), two = Buffer.alloc(0), three = Buffer.alloc(0)] = frames
  cutter.push(Buffer.concat([one, two]))
  const taken = [cutter.next()]
  cutter.push(three)
  taken.push(cutter.next(), cutter.next(), cutter.next())
  expect(taken.map((frame) => (typeof frame === 'string' ? frame : 'messageId' in frame && frame.messageId))).toEqual([
    1,
    2,
    3,
    'incomplete',
  ])
})

interface Reading {
  readonly packets: readonly unknown[]
  readonly error: string | undefined
}

/** As broker/aedes reads: what the cutter leaves to the parser goes there. */
function readByCutter(chunks: readonly Buffer[]): Reading & { readonly violation?: FrameViolation } {
  const cutter = new FrameCutter(LIMITS)
  const rest = openParser()
  for (const chunk of chunks) {
    cutter.push(chunk)
    for (;;) {
      const frame = cutter.next()
      if (frame === 'incomplete') break
      if (typeof frame === 'string') return { ...rest.reading, violation: frame }
      if (frame.kind === 'other') rest.parse(cutter.bytes)
      else rest.packets.push(normalize(packetOf(frame)))
      if (rest.reading.error !== undefined) return rest.reading
    }
  }
  return rest.reading
}

/** Frame by frame: where one is too short, mqtt-packet reads on into the next. */
function readByParser(bytes: Buffer): Reading {
  const whole = openParser()
  for (let start = 0; start < bytes.length && whole.reading.error === undefined; ) {
    const header = readFixedHeader(bytes, start)
    const end = typeof header === 'string' ? bytes.length : start + header.headerLength + header.remainingLength
    whole.parse(bytes.subarray(start, end))
    start = end
  }
  return whole.reading
}

function openParser() {
  const packets: unknown[] = []
  let error: string | undefined
  const incoming = parser({ protocolVersion: 4 })
  // It reads on behind an error, up to the end of its bytes; Aedes does not listen any more.
  incoming.on('packet', (packet) => {
    if (error === undefined) packets.push(normalize(packet))
  })
  incoming.on('error', (problem) => {
    error ??= problem.message
  })
  return {
    packets,
    parse: (bytes: Buffer) => incoming.parse(bytes),
    get reading(): Reading {
      return { packets, error }
    },
  }
}

function packetOf(frame: Exclude<Frame, { readonly kind: 'other' }>): object {
  if (frame.kind !== 'publish') return { cmd: frame.kind, messageId: frame.messageId }
  const { message, messageId } = frame
  return { cmd: 'publish', ...message, ...(message.qos > 0 ? { messageId } : {}) }
}

function normalize(packet: object): unknown {
  const { cmd, topic, payload, qos, retain, messageId, subscriptions } = packet as Record<string, unknown>
  if (cmd === 'publish')
    return { cmd, topic, payload: Buffer.from(payload as Buffer).toString('hex'), qos, retain, messageId }
  return { cmd, messageId, subscriptions }
}

function framesOf(...chunks: readonly Buffer[]): readonly unknown[] {
  const cutter = new FrameCutter(LIMITS)
  const frames: unknown[] = []
  for (const chunk of chunks) {
    cutter.push(chunk)
    for (let frame = cutter.next(); frame !== 'incomplete'; frame = cutter.next()) frames.push(frame)
  }
  return frames
}

function chunksOf(bytes: Buffer, chunkSizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const size = chunkSizes[chunks.length % chunkSizes.length] ?? 1
    chunks.push(bytes.subarray(offset, offset + size))
    offset += size
  }
  return chunks
}
