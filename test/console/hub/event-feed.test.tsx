import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createEventFeed,
  type EventStream,
  type HubEvent,
  missed,
  returned,
  useEvents,
} from '../../../src/console/hub/event-feed.ts'
import { EVENT_TYPES } from '../../../src/console/hub/event-types.ts'
import { drawInDocument, waitFor } from '../../support/console/console-scene.tsx'
import { hideDocument } from '../../support/console/hidden-document.ts'

const AT = '2026-03-01T12:00:00.000Z'

/** A hub whose streams the test holds. */
function createStreams() {
  const streams: {
    readonly address: string
    readonly types: string[]
    isClosed: boolean
    send(type: string, data: unknown): void
    /** It is answered with a stream. */
    start(): void
    /** What a browser does where it is not answered with a stream, or, with 0, where it comes again by itself. */
    fail(readyState: number): void
  }[] = []
  const open = (address: string): EventStream => {
    const listeners = new Map<string, (message: MessageEvent<string>) => void>()
    const state = { readyState: 1 }
    const stream = {
      address,
      types: [] as string[],
      isClosed: false,
      start: () => listeners.get('open')?.(new MessageEvent('open')),
      fail(readyState: number) {
        state.readyState = readyState
        listeners.get('error')?.(new MessageEvent('error'))
      },
      send: (type: string, data: unknown) =>
        listeners.get(type)?.({ data: JSON.stringify({ id: '1', type, at: AT, data }) } as MessageEvent<string>),
    }
    streams.push(stream)
    return {
      get readyState() {
        return state.readyState
      },
      addEventListener(type, listen) {
        stream.types.push(type)
        listeners.set(type, listen)
      },
      close() {
        stream.isClosed = true
      },
    }
  }
  return { streams, open }
}

const TYPES = ['device.connected', 'device.disconnected', 'backup.made']

function createFeed() {
  const { streams, open } = createStreams()
  const onRefused = vi.fn()
  const feed = createEventFeed({ open, types: TYPES, onRefused })
  const listen: typeof feed.listen = (types, hear) => {
    const end = feed.listen(types, hear)
    ends.push(end)
    return end
  }
  return { streams, onRefused, feed: { listen, end: feed.end } }
}

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

describe('the feed of events', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('opens a stream for the first who listens, and one alone, of all types', () => {
    const { streams, feed } = createFeed()
    expect(streams).toHaveLength(0)
    feed.listen([], vi.fn())
    feed.listen(['backup.made'], vi.fn())
    expect(streams.map(({ types }) => types)).toEqual([[...TYPES, 'gap', 'open', 'error']])
  })

  test('tells each what it asked for, and everything to whoever named nothing', () => {
    const { streams, feed } = createFeed()
    const [all, some] = [vi.fn<(event: HubEvent) => void>(), vi.fn<(event: HubEvent) => void>()]
    feed.listen([], all)
    feed.listen(['device.connected', 'backup.made'], some)
    for (const [index, type] of TYPES.entries()) streams[0]?.send(type, { index })
    expect(all.mock.calls).toEqual(TYPES.map((type, index) => [{ id: '1', type, at: AT, data: { index } }]))
    expect(some.mock.calls.map(([{ type }]) => type)).toEqual(['device.connected', 'backup.made'])
  })

  test('closes its stream half a minute after the last has left, and opens another for the next', () => {
    const { streams, feed } = createFeed()
    const [first, second] = [vi.fn(), vi.fn()]
    const endFirst = feed.listen([], first)
    const endSecond = feed.listen([], second)
    endFirst()
    vi.advanceTimersByTime(60_000)
    expect(streams[0]?.isClosed).toBe(false)
    streams[0]?.send('backup.made', {})
    expect(first).not.toHaveBeenCalled()
    expect(second).toHaveBeenCalledTimes(1)
    endSecond()
    vi.advanceTimersByTime(29_999)
    endSecond()
    expect(streams[0]?.isClosed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(streams[0]?.isClosed).toBe(true)
    feed.listen([], first)
    vi.advanceTimersByTime(60_000)
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([true, false])
  })

  test('keeps its stream for the page that follows', () => {
    const { streams, feed } = createFeed()
    const [before, after] = [vi.fn(), vi.fn()]
    feed.listen([], before)()
    feed.listen(['backup.made'], after)
    vi.advanceTimersByTime(60_000)
    streams[0]?.send('backup.made', {})
    expect(after).toHaveBeenCalledTimes(1)
    expect(before).not.toHaveBeenCalled()
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([false])
  })

  test('ends with the session, at once, and begins anew for the next', () => {
    const { streams, feed } = createFeed()
    const end = feed.listen([], vi.fn())
    streams[0]?.send('backup.made', {})
    feed.end()
    expect(streams[0]?.isClosed).toBe(true)
    end()
    feed.listen([], vi.fn())
    expect(streams.map(({ address, isClosed }) => [address, isClosed])).toEqual([
      ['api/events', true],
      ['api/events', false],
    ])
  })
})

describe('where the thread is lost', () => {
  afterEach(() => {
    hideDocument(false)
    vi.useRealTimers()
  })

  test('a tab that nobody looks at holds no connection, and goes on from its last event', () => {
    const { streams, feed } = createFeed()
    feed.listen([], vi.fn())
    streams[0]?.send('backup.made', {})
    const before = missed.value
    hideDocument(true)
    expect(streams[0]?.isClosed).toBe(true)
    feed.listen([], vi.fn())
    expect(streams).toHaveLength(1)
    hideDocument(false)
    hideDocument(false)
    expect(streams.map(({ address }) => address)).toEqual(['api/events', 'api/events?lastEventId=1'])
    expect(missed.value).toBe(before)
  })

  test('what is shown is asked for anew where it is not known what was missed', () => {
    const { streams, feed } = createFeed()
    feed.listen([], vi.fn())
    const before = missed.value
    streams[0]?.send('gap', {})
    expect(missed.value).toBe(before + 1)
    hideDocument(true)
    hideDocument(false)
    expect(streams[1]?.address).toBe('api/events')
    expect(missed.value).toBe(before + 2)
  })

  test('the hub is told to be back once a stream that broke is there again, and not when the first begins', () => {
    const { streams, feed } = createFeed()
    feed.listen([], vi.fn())
    const before = returned.value
    streams[0]?.start()
    expect(returned.value).toBe(before)
    streams[0]?.fail(0)
    streams[0]?.fail(0)
    streams[0]?.start()
    expect(returned.value).toBe(before + 1)
  })

  test('a stream that the hub refuses is told, and tried again as long as somebody listens', () => {
    vi.useFakeTimers()
    const { streams, feed, onRefused } = createFeed()
    const end = feed.listen([], vi.fn())
    streams[0]?.fail(0)
    expect({ told: onRefused.mock.calls.length, isClosed: streams[0]?.isClosed }).toEqual({ told: 0, isClosed: false })
    streams[0]?.fail(2)
    expect({ told: onRefused.mock.calls.length, isClosed: streams[0]?.isClosed }).toEqual({ told: 1, isClosed: true })
    vi.advanceTimersByTime(5000)
    expect(streams).toHaveLength(2)
    streams[1]?.fail(2)
    end()
    vi.advanceTimersByTime(5000)
    expect(streams).toHaveLength(2)
  })
})

test('a component hears of its events as long as it is shown, and of others once it asks for others', async () => {
  const types = signal<readonly string[]>(['device.connected'])
  const heard: string[] = []
  const listen = ({ type }: HubEvent): void => void heard.push(type)
  function Page() {
    useEvents(types.value, listen)
    return <p>{types.value.join()}</p>
  }
  const scene = drawInDocument(<Page />)
  await scene.tell('device.connected', {})
  await scene.tell('backup.made', {})
  expect(heard).toEqual(['device.connected'])
  types.value = ['backup.made']
  await waitFor(async () => {
    await scene.tell('backup.made', {})
    expect(heard).toContain('backup.made')
  })
  const before = heard.length
  await scene.tell('device.connected', {})
  expect(heard).toHaveLength(before)
  scene[Symbol.dispose]()
})

test('a component that is drawn anew hears of events by its newest listener', async () => {
  const round = signal(1)
  const heard: string[] = []
  function Page() {
    const current = round.value
    useEvents(['backup.made'], ({ type }) => void heard.push(`${type} in round ${current}`))
    return <p>round {current}</p>
  }
  using scene = drawInDocument(<Page />)
  await scene.tell('backup.made', {})
  round.value = 2
  await scene.says('round 2')
  await scene.tell('backup.made', {})
  expect(heard).toEqual(['backup.made in round 1', 'backup.made in round 2'])
})

test('the types of events are those of the hub, each once', () => {
  expect(EVENT_TYPES).toContain('device.connected')
  expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length)
  for (const type of EVENT_TYPES) expect(type).toMatch(/^[a-z]+\.[a-z_]+$/)
})
