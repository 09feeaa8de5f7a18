import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createEventStore } from '../../src/db/event-store.ts'
import { EventLog } from '../../src/events/event-log.ts'
import type { EventStore } from '../../src/events/ports.ts'
import type { LoggedEvent } from '../../src/logged-event.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

const ALL = { types: [] }
const DAY_MS = 86_400_000

function openScene({ count = 100_000, seconds = 86_400 } = {}, database: Database = openDatabase()) {
  const clock = createTestClock()
  const told: string[] = []
  const stored = createEventStore(database)
  let isBroken = false
  const store: EventStore = {
    ...stored,
    append(events) {
      if (isBroken) throw new Error('disk full')
      stored.append(events)
    },
  }
  const log = new EventLog({
    store,
    clock: clock.now,
    limits: { count, seconds },
    onFailure: (error) => told.push(String(error)),
    onRecovery: () => told.push('recovered'),
  })
  const breakStore = (is: boolean): void => {
    isBroken = is
  }
  return { log, clock, database, stored, told, breakStore }
}

function namesOf({ events }: { readonly events: readonly LoggedEvent[] }): readonly unknown[] {
  return events.map(({ data }) => data['name'])
}

test('ids grow, within a millisecond, against a clock that goes back, and over a restart', async () => {
  using database = openDatabase()
  const { log, clock } = openScene({}, database)
  for (const name of ['a', 'b']) log.add('a.type', { name })
  clock.advance(-DAY_MS)
  log.add('a.type', { name: 'c' })
  log[Symbol.dispose]()
  const again = openScene({}, database)
  again.clock.advance(-DAY_MS)
  again.log.add('a.type', { name: 'd' })
  using _ = again.log
  const page = again.log.readAfter(0, ALL, 10)
  await turn()
  const ids = [...page.events, ...again.log.readAfter(page.position, ALL, 10).events].map(({ id }) => id)
  expect(ids).toHaveLength(4)
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
})

test('a reader who is given its share comes to every event once, from the store and from memory', async () => {
  const { log, database } = openScene()
  using _ = database
  const total = 25_000
  for (let name = 0; name < total; name++) log.add('a.type', { name })
  const seen: unknown[] = []
  let position = 0
  for (let rounds = 0; seen.length < total && rounds < 2000; rounds++) {
    const page = log.readAfter(position, ALL, 100)
    seen.push(...namesOf(page))
    position = page.position
    await turn()
  }
  expect(seen).toEqual(Array.from({ length: total }, (_, index) => index))
  log[Symbol.dispose]()
})

test('a reader is told of a turn once, after it is kept', async () => {
  const { log, stored, database } = openScene()
  using _ = database
  const kept: (number | undefined)[] = []
  using listening = log.onChange(() => void kept.push(stored.extent()?.count))
  for (const name of ['a', 'b', 'c']) log.add('a.type', { name })
  await turn()
  expect(kept).toEqual([3])
  listening[Symbol.dispose]()
  log.add('a.type', {})
  await turn()
  expect(kept).toEqual([3])
  log[Symbol.dispose]()
})

test('what is not wanted is passed over, and the position moves past it', async () => {
  const { log, database } = openScene()
  using _ = database
  for (const type of ['a.one', 'b.two', 'b.three']) log.add(type, { name: type })
  const page = log.readAfter(0, { types: ['a.*'] }, 10)
  expect(namesOf(page)).toEqual(['a.one'])
  expect(page.position).toBe(log.newest)
  expect((await log.readBefore(undefined, { types: ['b.*'] }, 1)).map(({ type }) => type)).toEqual(['b.three'])
  log[Symbol.dispose]()
})

test('where few are wanted a reader looks through one run a turn, and comes to each once', async () => {
  const { log, database, stored } = openScene()
  using _ = database
  const event = { at: new Date(0), data: {} }
  const types = Array.from({ length: 10_000 }, (_, index) => (index % 6000 === 0 ? 'b.rare' : 'a.type'))
  stored.append(types.map((type, index) => ({ id: index + 1, type, ...event })))
  log[Symbol.dispose]()
  using again = openScene({}, database).log
  const pages = [0]
  const found: number[] = []
  for (let position = 0; position < again.newest; pages.push(position)) {
    const page = again.readAfter(position, { types: ['b.*'] }, 10)
    found.push(...page.events.map(({ id }) => id))
    position = page.position
  }
  expect(pages).toEqual([0, 2000, 4000, 6000, 8000, 10_000])
  expect(found).toEqual([1, 6001])
})

test('the oldest go when there are too many, and whoever has not seen them is told', async () => {
  const { log, database, stored } = openScene({ count: 10 })
  using _ = database
  log.add('a.type', { name: 'first' })
  const first = log.newest
  await turn()
  expect(log.isGap(first)).toBe(false)
  for (let name = 0; name < 50; name++) log.add('a.type', { name })
  await turn()
  expect(stored.extent()?.count).toBe(10)
  expect(log.isGap(first)).toBe(true)
  expect([log.isGap(0), log.isGap(log.floor), log.isGap(log.newest), log.isGap(log.newest + 1)]).toEqual([
    false,
    false,
    false,
    true,
  ])
  log[Symbol.dispose]()
})

test('the oldest go when they are too old', async () => {
  const { log, clock, database, stored } = openScene({ seconds: 3600 })
  using _ = database
  log.add('a.type', { name: 'old' })
  await turn()
  clock.advance(DAY_MS)
  log.add('a.type', { name: 'new' })
  await turn()
  expect(stored.listAfter(0, log.newest, ALL, 9).map(({ data }) => data['name'])).toEqual(['new'])
  log[Symbol.dispose]()
})

test('while the store fails readers hear of everything, and it is kept when the store is back', async () => {
  const { log, database, stored, told, breakStore } = openScene()
  using _ = database
  breakStore(true)
  log.add('a.type', { name: 'in need' })
  await turn()
  expect(namesOf(log.readAfter(0, ALL, 9))).toEqual(['in need'])
  expect(told).toEqual(['Error: disk full'])
  log.add('a.type', { name: 'in need too' })
  await turn()
  expect(told).toHaveLength(1)
  breakStore(false)
  log[Symbol.dispose]()
  expect(told).toEqual(['Error: disk full', 'recovered'])
  expect(stored.listAfter(0, log.newest, ALL, 9).map(({ data }) => data['name'])).toEqual(['in need', 'in need too'])
})

test('what cannot be kept in the end is counted, and the count is kept', async () => {
  const { log, database, stored, told, breakStore } = openScene()
  using _ = database
  breakStore(true)
  for (let name = 0; name < 100_003; name++) log.add('a.type', { name })
  await turn()
  breakStore(false)
  log[Symbol.dispose]()
  expect(told).toContain('recovered')
  expect(stored.list(ALL, 0, Number.MAX_SAFE_INTEGER, 1)).toMatchObject([{ type: 'events.lost', data: { count: 3 } }])
})

test('ten thousand events hold no turn of the loop for the disk', async () => {
  const { log, database, stored } = openScene()
  using _ = database
  for (let name = 0; name < 10_000; name++) log.add('device.connected', { kind: 'device', id: `d${name}` })
  await turn()
  // A turn's share and no more.
  expect(stored.extent()?.count).toBe(128)
  log[Symbol.dispose]()
  expect(stored.extent()?.count).toBe(10_000)
})
