import { once } from 'node:events'
import { duplexPair, PassThrough } from 'node:stream'
import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { FrameMeter, type FrameViolation, guardFrames } from '../../src/broker/frame-meter.ts'
import { Traffic } from '../../src/broker/traffic.ts'

const LIMIT = 300
const PING = Buffer.from([0xc0, 0])

test('what is read is counted: its bytes, and its frames however they are cut', async () => {
  const stream = new PassThrough()
  const traffic = new Traffic()
  guardFrames(stream, LIMIT, () => undefined, traffic)
  const bytes = Buffer.concat([PING, frame(200), PING])
  for (const piece of cut(bytes, [1, 150])) {
    stream.write(piece)
    stream.read()
  }
  expect(traffic.read()).toMatchObject({ bytesReceived: 204, packetsReceived: 3 })
})

describe('a stream of frames', () => {
  for (const { name, bytes, expected } of [
    { name: 'ok/nothing', bytes: [], expected: undefined },
    { name: 'ok/a frame of the limit', bytes: [...frame(LIMIT)], expected: undefined },
    { name: 'ok/two frames of the limit', bytes: [...frame(LIMIT), ...frame(LIMIT)], expected: undefined },
    { name: 'ok/a frame that is not whole yet', bytes: [...frame(LIMIT).subarray(0, 100)], expected: undefined },
    { name: 'refused/a frame one byte over the limit', bytes: [...frame(LIMIT + 1)], expected: 'packet_too_large' },
    { name: 'refused/its header alone', bytes: [0x30, 0xff, 0xff, 0xff, 0x7f], expected: 'packet_too_large' },
    {
      name: 'refused/a large frame after a small one',
      bytes: [...PING, ...frame(LIMIT + 1)],
      expected: 'packet_too_large',
    },
    {
      name: 'refused/a remaining length of five octets',
      bytes: [0x30, 0x80, 0x80, 0x80, 0x80],
      expected: 'packet_invalid',
    },
  ]) {
    test(`${name}, in one piece`, () => expect(new FrameMeter(LIMIT).push(Buffer.from(bytes))).toBe(expected))

    test(`${name}, byte by byte`, () => {
      const meter = new FrameMeter(LIMIT)
      const verdicts = bytes.map((byte) => meter.push(Buffer.from([byte])))
      expect(verdicts.find((verdict) => verdict !== undefined)).toBe(expected)
    })
  }

  test('is judged alike wherever a chunk ends', () => {
    const bytes = Buffer.concat([PING, frame(200), PING, frame(130), frame(LIMIT + 1)])
    for (let cut = 0; cut <= bytes.length; cut++) {
      const meter = new FrameMeter(LIMIT)
      const verdicts = [meter.push(bytes.subarray(0, cut)), meter.push(bytes.subarray(cut))]
      expect(verdicts.filter((verdict) => verdict !== undefined)).toContain('packet_too_large')
    }
  })

  const sizes = fc.array(fc.integer({ min: 2, max: LIMIT }), { maxLength: 20 })
  const steps = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 })

  test('never violates while every frame is within the limit, however it is cut', () =>
    fc.assert(
      fc.property(sizes, steps, (lengths, cuts) => {
        const meter = new FrameMeter(LIMIT)
        for (const chunk of cut(Buffer.concat(lengths.map(frame)), cuts)) expect(meter.push(chunk)).toBeUndefined()
      }),
    ))

  test('violates at the header of the first frame over the limit, however it is cut', () =>
    fc.assert(
      fc.property(sizes, fc.integer({ min: LIMIT + 1, max: 268_435_455 }), steps, (lengths, tooLong, cuts) => {
        const meter = new FrameMeter(LIMIT)
        const before = Buffer.concat(lengths.map(frame))
        for (const chunk of cut(before, cuts)) expect(meter.push(chunk)).toBeUndefined()
        const verdicts = cut(header(tooLong), cuts).map((chunk) => meter.push(chunk))
        expect(verdicts.at(-1)).toBe('packet_too_large')
      }),
    ))
})

describe('a guarded stream', () => {
  test('hands its frames on as they are', async () => {
    const { stream, violations } = guarded()
    stream.write(Buffer.concat([PING, frame(LIMIT)]))
    await once(stream, 'readable')
    expect(stream.read()).toEqual(Buffer.concat([PING, frame(LIMIT)]))
    expect(stream.read()).toBeNull()
    expect(violations).toEqual([])
  })

  test('hands on nothing of a chunk that violates, nor of what follows it', async () => {
    const { stream, violations } = guarded()
    stream.write(Buffer.concat([PING, header(LIMIT + 1)]))
    await once(stream, 'readable')
    expect(stream.read()).toBeNull()
    stream.write(PING)
    expect(stream.read()).toBeNull()
    expect(violations).toEqual(['packet_too_large'])
  })

  test('keeps nothing of what a violator goes on to send', async () => {
    const [here, there] = duplexPair()
    const violations: FrameViolation[] = []
    guardFrames(here, LIMIT, (violation) => void violations.push(violation), new Traffic())
    here.on('readable', () => here.read())
    there.write(header(LIMIT + 1))
    for (let round = 0; round < 20; round++) {
      if (!there.write(Buffer.alloc(100_000))) await once(there, 'drain')
    }
    expect(here.readableLength).toBe(0)
    expect(violations).toEqual(['packet_too_large'])
  })
})

function guarded() {
  const stream = new PassThrough()
  const violations: FrameViolation[] = []
  guardFrames(stream, LIMIT, (violation) => void violations.push(violation), new Traffic())
  return { stream, violations }
}

/** A whole PUBLISH, or PINGREQ, of so many bytes in all. */
function frame(length: number): Buffer {
  if (length === 2) return PING
  const start = header(length)
  return Buffer.concat([start, Buffer.alloc(length - start.length)])
}

/** The fixed header of a frame of so many bytes in all, or one more where no such frame is. */
function header(length: number): Buffer {
  const octets = [127, 16_383, 2_097_151].filter((most) => length - 2 > most).length + 1
  const remaining = Math.min(length - 1 - octets, 268_435_455)
  const bytes = [0x30]
  let rest = remaining
  for (let index = 0; index < octets; index++) {
    bytes.push((rest % 128) | (index < octets - 1 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  }
  return Buffer.from(bytes)
}

/** The bytes in pieces of these lengths, over and over. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let offset = 0, index = 0; offset < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    pieces.push(bytes.subarray(offset, offset + length))
    offset += length
  }
  return pieces
}

test('what mqtt-packet writes is metered as it is', () => {
  const packet = generate({
    cmd: 'publish',
    topic: 'a',
    payload: Buffer.alloc(200),
    qos: 0,
    retain: false,
    dup: false,
  })
  expect(new FrameMeter(packet.length).push(packet)).toBeUndefined()
  expect(new FrameMeter(packet.length - 1).push(packet)).toBe('packet_too_large')
})
