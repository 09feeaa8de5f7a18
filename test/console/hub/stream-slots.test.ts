import { expect, test, vi } from 'vitest'
import type { EventStream } from '../../../src/console/hub/event-feed.ts'
import { type Locks, limitStreams } from '../../../src/console/hub/stream-slots.ts'
import { PATIENCE } from '../../support/patience.ts'

const STREAMS_OF_A_BROWSER = 5
const LIMIT = { name: 'events', most: STREAMS_OF_A_BROWSER }

/** As all tabs of a browser share them. */
function createLocks(): Locks & { readonly held: ReadonlySet<string> } {
  const held = new Set<string>()
  return {
    held,
    async request(name, _options, hold) {
      if (held.has(name)) return hold(null)
      held.add(name)
      await hold({ name })
      held.delete(name)
      return undefined
    },
  }
}

/** A tab of that browser, and the streams that it has opened. */
function openTab(locks: Locks) {
  const opened: (EventStream & { readonly types: string[]; isClosed: boolean })[] = []
  const open = limitStreams(
    () => {
      const stream = {
        types: [] as string[],
        isClosed: false,
        readyState: 1,
        addEventListener: (type: string) => void stream.types.push(type),
        close: () => {
          stream.isClosed = true
        },
      }
      opened.push(stream)
      return stream
    },
    locks,
    LIMIT,
  )
  return { opened, open }
}

test('tabs open as many streams as leave a connection free, and the next one is refused until one is closed', async () => {
  const locks = createLocks()
  const [one, other] = [openTab(locks), openTab(locks)]
  const streams = [one.open('a'), one.open('b'), other.open('c'), other.open('d'), other.open('e')]
  await vi.waitFor(() => expect([...one.opened, ...other.opened]).toHaveLength(STREAMS_OF_A_BROWSER), PATIENCE)
  const refused = other.open('f')
  const onError = vi.fn()
  expect(refused.readyState).toBe(0)
  refused.addEventListener('error', onError)
  refused.addEventListener('message', () => undefined)
  await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(1), PATIENCE)
  expect(refused.readyState).toBe(2)
  expect(other.opened).toHaveLength(3)
  streams[0]?.close()
  expect(one.opened[0]?.isClosed).toBe(true)
  await vi.waitFor(() => expect(locks.held.size).toBe(STREAMS_OF_A_BROWSER - 1), PATIENCE)
  other.open('f')
  await vi.waitFor(() => expect(other.opened).toHaveLength(4), PATIENCE)
})

test('a page without locks opens what it is asked to', () => {
  const open = () => ({ readyState: 1, addEventListener: () => undefined, close: () => undefined })
  expect(limitStreams(open, null, LIMIT)).toBe(open)
})

test('whoever listens early hears, and whoever closes early opens nothing', async () => {
  const locks = createLocks()
  const { opened, open } = openTab(locks)
  const stream = open('a')
  stream.addEventListener('gap', () => undefined)
  await vi.waitFor(() => expect(opened).toHaveLength(1), PATIENCE)
  stream.addEventListener('open', () => undefined)
  expect(opened[0]?.types).toEqual(['gap', 'open'])
  expect(stream.readyState).toBe(1)
  open('b').close()
  await vi.waitFor(() => expect(locks.held.size).toBe(1), PATIENCE)
  expect(opened).toHaveLength(1)
})
