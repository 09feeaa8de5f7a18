import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ReachedLimit } from '../../src/broker/bound-reports.ts'
import { ReadingBudget, type ReadingLimits } from '../../src/broker/reading-budget.ts'
import { createPace, paceReading } from '../../src/broker/reading-pace.ts'
import { type FakeTimeouts, useFakeTimeouts } from '../support/fake-timeouts.ts'
import { connectFrame } from './connect-frame.ts'
import { createParty, createSession, openConnection } from './parties.ts'

const CONNECT = connectFrame()
const PING = Buffer.from([0xc0, 0])

let timeouts: FakeTimeouts
let now = 0
const clock = (): Date => new Date(now)
beforeEach(() => {
  timeouts = useFakeTimeouts()
  now = 1_000_000
})
afterEach(() => timeouts[Symbol.dispose]())

describe('messages of a device', () => {
  test('as many as the limit are read at once, one more waits, and nothing is lost', async () => {
    const paced = open({ messagesPerSecond: 10 })
    paced.write(CONNECT, ...numbered(0, 10))
    await turn()
    expect([paced.messages(), paced.pauses]).toEqual([10, []])
    paced.write(...numbered(10, 11))
    await turn()
    expect([paced.messages(), paced.pauses]).toEqual([10, ['messages_per_second']])
    await advance(99)
    expect(paced.messages()).toBe(10)
    await advance(1)
    expect(paced.bytes()).toEqual(Buffer.concat([CONNECT, ...numbered(0, 11)]))
  })

  test('are read at the rate of the limit, however many come in one chunk', async () => {
    const paced = open({ messagesPerSecond: 100 })
    paced.write(CONNECT, ...numbered(0, 1000))
    await turn()
    expect(paced.messages()).toBe(100)
    await advance(2000, 10)
    expect(paced.messages()).toBe(300)
    await advance(7000, 10)
    expect(paced.bytes()).toEqual(Buffer.concat([CONNECT, ...numbered(0, 1000)]))
    expect(timeouts.running).toBe(0)
  })

  test('never wait longer than a second for the next, and the client is not told off for the silence', async () => {
    const paced = open({ messagesPerSecond: 1 })
    paced.write(CONNECT, ...numbered(0, 5))
    await turn()
    for (let second = 1; second <= 4; second++) {
      await advance(1000, 1000)
      expect([paced.messages(), paced.waits()]).toEqual([second + 1, second])
    }
  })

  test('are what PUBLISH carries: what is no message is not held up by them', async () => {
    const paced = open({ messagesPerSecond: 1 })
    paced.write(CONNECT, ...numbered(0, 1), ...Array.from({ length: 100 }, () => PING))
    await turn()
    expect(paced.bytes()).toHaveLength(CONNECT.length + publish(0).length + 200)
    expect(paced.pauses).toEqual([])
  })

  test('of all its connections count together, and each connection has its turn', async () => {
    const budget = new ReadingBudget({ messagesPerSecond: 2, bytesPerSecond: 0 }, clock)
    const [one, other] = [open({}, budget), open({}, budget)]
    for (const paced of [one, other]) paced.write(CONNECT, ...numbered(0, 10))
    await turn()
    expect(one.messages() + other.messages()).toBe(2)
    await advance(4000, 100)
    expect([one.messages(), other.messages()].toSorted()).toEqual([4, 6])
    await advance(5000, 100)
    expect([one.messages(), other.messages()]).toEqual([10, 10])
  })
})

describe('bytes of a device', () => {
  test('as many as the limit are read at once, one more waits', async () => {
    const paced = open({ bytesPerSecond: 1000 })
    paced.write(CONNECT, ...Array.from({ length: 500 }, () => PING))
    await turn()
    expect([paced.bytes().length - CONNECT.length, paced.pauses]).toEqual([1000, []])
    paced.write(PING)
    await turn()
    expect([paced.bytes().length - CONNECT.length, paced.pauses]).toEqual([1000, ['bytes_per_second']])
    await advance(50)
    expect(paced.bytes()).toHaveLength(CONNECT.length + 1002)
  })

  test('of a message larger than the limit come in pieces, and the client is not told off for the silence', async () => {
    const paced = open({ bytesPerSecond: 100 })
    const large = publish(0, Buffer.alloc(450))
    paced.write(CONNECT, large)
    await turn()
    await advance(1000, 50)
    expect(paced.bytes().length - CONNECT.length).toBe(200)
    expect(paced.waits()).toBeGreaterThan(10)
    await advance(3000, 50)
    expect(paced.bytes()).toEqual(Buffer.concat([CONNECT, large]))
  })
})

test('a CONNECT of any size is handed on at once: it has limits of its own', async () => {
  const paced = open({ bytesPerSecond: 64 })
  const large = connectFrame({ username: 'x'.repeat(5000) })
  paced.write(large)
  await turn()
  expect(paced.bytes()).toEqual(large)
})

test('what a peer sent before it left is read to its end', async () => {
  const paced = open({ messagesPerSecond: 10 })
  paced.write(CONNECT, ...numbered(0, 25))
  paced.stream.end()
  await turn()
  await advance(1500, 50)
  expect([paced.messages(), paced.hasEnded()]).toEqual([25, true])
})

test('what is no MQTT is handed on, for others to refuse', async () => {
  const paced = open({ messagesPerSecond: 1 })
  paced.write(CONNECT, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]))
  await turn()
  expect(paced.bytes()).toHaveLength(CONNECT.length + 5)
  const first = open({ messagesPerSecond: 1 })
  first.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff]))
  await turn()
  expect(first.bytes()).toHaveLength(5)
})

test('a clock that is set back holds nobody up', async () => {
  const paced = open({ messagesPerSecond: 10 })
  paced.write(CONNECT, ...numbered(0, 11))
  await turn()
  now -= 3_600_000
  await advance(200, 100)
  expect(paced.messages()).toBe(11)
})

test('a connection that is closed while it waits leaves no timer behind', async () => {
  const paced = open({ messagesPerSecond: 1 })
  paced.write(CONNECT, ...numbered(0, 2))
  await turn()
  expect(timeouts.running).toBe(1)
  paced.stream.destroy()
  await turn()
  expect(timeouts.running).toBe(0)
})

describe('a connection', () => {
  const none = { messagesPerSecond: 0, bytesPerSecond: 0 }

  test('is left as it is where there is no limit', () => {
    const { connection } = openConnection()
    connection.open(createSession(createParty('device-001')))
    createPace(none, clock, { reached: () => undefined })(connection, () => undefined)
    expect(Object.hasOwn(connection.socket, 'read')).toBe(false)
  })

  test('is held up for its device, which is named', async () => {
    const reached: string[] = []
    const pace = createPace({ ...none, messagesPerSecond: 1 }, clock, {
      reached: (limit: ReachedLimit, subject) => void reached.push(`${limit} ${subject}`),
    })
    const party = createParty('device-001')
    const { connection, client } = openConnection(party.peer)
    connection.open(createSession(party))
    pace(connection, () => undefined)
    connection.socket.on('readable', () => connection.socket.read())
    client.send(Buffer.concat([CONNECT, ...numbered(0, 2)]))
    await turn()
    expect(reached).toEqual(['messages_per_second device:device-001'])
    client.socket.destroy()
    await connection.closed
    expect(timeouts.running).toBe(0)
  })

  test('that has no session is nobody’s to pace', () => {
    const { connection } = openConnection()
    createPace({ ...none, messagesPerSecond: 1 }, clock, { reached: () => undefined })(connection, () => undefined)
    expect(Object.hasOwn(connection.socket, 'read')).toBe(false)
  })
})

/** A stream and its reader, who reads whenever there is something, as Aedes does. */
function open(
  limits: Partial<ReadingLimits>,
  budget = new ReadingBudget({ messagesPerSecond: 0, bytesPerSecond: 0, ...limits }, clock),
) {
  const stream = new PassThrough({ highWaterMark: 2 ** 20 })
  const pauses: string[] = []
  const chunks: Buffer[] = []
  let waits = 0
  let hasEnded = false
  paceReading(stream, budget, { onPause: (limit) => void pauses.push(limit), onWait: () => void waits++ })
  stream.on('end', () => {
    hasEnded = true
  })
  stream.on('readable', () => {
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk)
  })
  const bytes = (): Buffer => Buffer.concat(chunks)
  return {
    stream,
    pauses,
    bytes,
    waits: () => waits,
    hasEnded: () => hasEnded,
    messages: () => bytes().toString('latin1').split('number/').length - 1,
    write: (...frames: readonly Buffer[]) => void stream.write(Buffer.concat(frames)),
  }
}

async function advance(milliseconds: number, step = milliseconds): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += step) {
    now += step
    timeouts.advance(step)
    await turn()
  }
}

function numbered(from: number, to: number): readonly Buffer[] {
  return Array.from({ length: to - from }, (_, index) => publish(from + index))
}

function publish(number: number, payload = Buffer.from('x')): Buffer {
  const topic = `number/${String(number).padStart(4, '0')}`
  return generate({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false })
}
