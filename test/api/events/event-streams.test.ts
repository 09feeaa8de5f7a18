import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ReadableLog } from '../../../src/api/events/event-frames.ts'
import { EventStreams } from '../../../src/api/events/event-streams.ts'
import type { LoggedEvent } from '../../../src/logged-event.ts'
import { countEventLoopTurns } from '../../support/event-loop-turns.ts'
import { NOW } from '../api-harness.ts'

const ALL = { types: [] }

/** A log in an array: the event of id 1 stands first. It is looked through in runs of 1,000, and only `a.type` is wanted. */
function createLog() {
  const events: LoggedEvent[] = []
  const listeners = new Set<() => void>()
  const turns = countEventLoopTurns()
  const looks: number[] = []
  let isBroken = false
  const log: ReadableLog = {
    get newest() {
      return events.length
    },
    floor: 0,
    isGap: () => false,
    readAfter(id, _filter, limit) {
      if (isBroken) throw new Error('no database')
      looks.push(turns.passed)
      const run = events.slice(id, id + 1000)
      const page = run.filter(({ type }) => type === 'a.type').slice(0, limit)
      return { events: page, position: page.length === limit ? (page.at(-1)?.id ?? id) : id + run.length }
    },
    onChange(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
  const add = (count = 1, type = 'a.type'): void => {
    for (let n = 0; n < count; n++) events.push({ id: events.length + 1, at: NOW, type, data: {} })
    for (const listener of listeners) listener()
  }
  const breakLog = (): void => {
    isBroken = true
  }
  return { log, add, listeners, breakLog, looks, turns }
}

function openScene(times = { heartbeat: 60_000, patience: 60_000 }) {
  const scene = createLog()
  const failures: string[] = []
  const onFailure = (error: unknown) => void failures.push(String(error))
  const streams = new EventStreams({ log: scene.log, onFailure, times })
  const aborted = Promise.withResolvers<void>()
  const refused: string[] = []
  const open = (after?: number, judge: () => { cause: 'token_invalid' } | undefined = () => undefined) => {
    const abort = () => aborted.resolve()
    const onRefused = ({ cause }: { readonly cause: string }) => void refused.push(cause)
    return streams.open({ filter: ALL, after, judge, onRefused, abort }).getReader()
  }
  return { ...scene, streams, open, aborted: aborted.promise, refused, failures }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return Buffer.from((await reader.read()).value ?? []).toString()
}

test('a reader is greeted, and given no more at a time than it takes', async () => {
  const { open, add } = openScene()
  add(250)
  const reader = open(0)
  expect(await read(reader)).toBe('retry: 3000\n\n')
  const first = await read(reader)
  expect(first.match(/^id: /gm)).toHaveLength(100)
  expect(first).toMatch(
    /^id: 1\nevent: a\.type\ndata: \{"id":"1","type":"a\.type","at":"2026-03-01T12:00:00\.000Z","data":\{\}\}\n\n/,
  )
  await read(reader)
  expect((await read(reader)).match(/^id: /gm)).toHaveLength(50)
  await reader.cancel()
})

test('readers for whom there is little have it looked for one run a turn, all of them together', async () => {
  const { open, add, looks, turns } = openScene()
  using _ = turns
  add(5000, 'b.type')
  add()
  const readers = [open(0), open(0), open(0)]
  for (const reader of readers) await read(reader)
  for (const frames of await Promise.all(readers.map(read))) expect(frames).toMatch(/^id: 5001\nevent: a\.type\n/)
  expect(looks).toHaveLength(18)
  // Each reader's first look is in the turn of its request, and one more is where nobody has looked further yet.
  expect(Object.values(Object.groupBy(looks, String)).map((those) => those?.length)).toEqual([4, ...Array(14).fill(1)])
  for (const reader of readers) await reader.cancel()
})

test('a reader that leaves while it is looked for is looked for no longer', async () => {
  const { open, add, looks, turns, streams } = openScene()
  using _ = turns
  add(5000, 'b.type')
  const reader = open(0)
  await read(reader)
  const waiting = reader.read()
  await turn()
  await reader.cancel()
  const looked = looks.length
  await waiting
  await turn()
  await turn()
  expect([looks.length, streams.size]).toEqual([looked, 0])
  expect(looked).toBeLessThan(6)
})

test('a reader without a last event hears of those to come', async () => {
  const { open, add } = openScene()
  add(3)
  const reader = open()
  await read(reader)
  const coming = read(reader)
  add()
  expect(await coming).toMatch(/^id: 4\n/)
  await reader.cancel()
})

test('where nothing happens a reader hears that somebody is there, and how far it has come', async () => {
  const { open, add } = openScene({ heartbeat: 1, patience: 60_000 })
  const reader = open()
  await read(reader)
  expect(await read(reader)).toBe(': still here\n\n')
  add()
  expect(await read(reader)).toMatch(/^id: 1\n/)
  expect(await read(reader)).toBe(': still here\nid: 1\n\n')
  await reader.cancel()
})

test('a reader that takes nothing is closed', async () => {
  const { open, add, streams, aborted } = openScene({ heartbeat: 60_000, patience: 1 })
  add(1)
  const reader = open(0)
  await read(reader)
  await read(reader)
  await aborted
  expect(streams.size).toBe(0)
})

test('a reader that has gone leaves nothing behind', async () => {
  const { open, streams, listeners } = openScene()
  const reader = open()
  await read(reader)
  const waiting = reader.read()
  await turn()
  expect([streams.size, listeners.size]).toEqual([1, 1])
  await reader.cancel()
  await waiting
  await turn()
  expect([streams.size, listeners.size]).toEqual([0, 0])
})

test('those who would be refused now are cut, and the others are not', async () => {
  const { open, streams, refused, aborted } = openScene()
  let isGood = true
  const [lost, kept] = [open(0, () => (isGood ? undefined : { cause: 'token_invalid' })), open(0)]
  for (const reader of [lost, kept]) await read(reader)
  const [waiting, others] = [lost.read(), kept.read()]
  await turn()
  isGood = false
  streams.endRefused()
  expect((await waiting).done).toBe(true)
  await aborted
  expect([refused, streams.size]).toEqual([['token_invalid'], 1])
  await kept.cancel()
  await others
})

test('a right that has ended before anybody read lets nobody read', async () => {
  const { open, streams, refused } = openScene()
  const reader = open(0, () => ({ cause: 'token_invalid' }))
  expect(streams.size).toBe(0)
  await read(reader)
  expect((await reader.read()).done).toBe(true)
  expect([refused, streams.size]).toEqual([['token_invalid'], 0])
})

test('a log that cannot be read closes its reader', async () => {
  const { open, breakLog, aborted, streams, failures } = openScene()
  const reader = open(0)
  await read(reader)
  breakLog()
  expect((await reader.read()).done).toBe(true)
  await aborted
  expect([streams.size, failures]).toEqual([0, ['Error: no database']])
})

test('a hub that stops ends its streams, and opens none', async () => {
  const { open, streams } = openScene()
  const reader = open(0)
  await read(reader)
  const waiting = reader.read()
  await turn()
  streams[Symbol.dispose]()
  expect((await waiting).done).toBe(true)
  const late = open(0)
  await read(late)
  expect((await late.read()).done).toBe(true)
  expect(streams.size).toBe(0)
})
