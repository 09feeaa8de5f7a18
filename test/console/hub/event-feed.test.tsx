import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEventFeed, type EventStream, type HubEvent, useEvents } from '../../../src/console/hub/event-feed.ts'
import { EVENT_TYPES } from '../../../src/console/hub/event-types.ts'
import { drawInDocument, waitFor } from '../../support/console/console-scene.tsx'

const AT = '2026-03-01T12:00:00.000Z'

/** A hub whose streams the test holds. */
function createStreams() {
  const streams: {
    readonly types: string[]
    isClosed: boolean
    readyState: number
    send(type: string, data: unknown): void
  }[] = []
  const open = (): EventStream => {
    const listeners = new Map<string, (message: MessageEvent<string>) => void>()
    const stream = {
      types: [] as string[],
      isClosed: false,
      readyState: 1,
      send: (type: string, data: unknown) =>
        listeners.get(type)?.({ data: JSON.stringify({ id: '1', type, at: AT, data }) } as MessageEvent<string>),
    }
    streams.push(stream)
    return {
      get readyState() {
        return stream.readyState
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

describe('the feed of events', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('opens a stream for the first who listens, and one alone, of all types', () => {
    const { streams, open } = createStreams()
    const feed = createEventFeed(open, TYPES)
    expect(streams).toHaveLength(0)
    feed.listen([], vi.fn())
    feed.listen(['backup.made'], vi.fn())
    expect(streams.map(({ types }) => types)).toEqual([TYPES])
  })

  test('tells each what it asked for, and everything to whoever named nothing', () => {
    const { streams, open } = createStreams()
    const feed = createEventFeed(open, TYPES)
    const [all, some] = [vi.fn<(event: HubEvent) => void>(), vi.fn<(event: HubEvent) => void>()]
    feed.listen([], all)
    feed.listen(['device.connected', 'backup.made'], some)
    for (const [index, type] of TYPES.entries()) streams[0]?.send(type, { index })
    expect(all.mock.calls).toEqual(TYPES.map((type, index) => [{ id: '1', type, at: AT, data: { index } }]))
    expect(some.mock.calls.map(([{ type }]) => type)).toEqual(['device.connected', 'backup.made'])
  })

  test('closes its stream half a minute after the last has left, and opens another for the next', () => {
    const { streams, open } = createStreams()
    const feed = createEventFeed(open, TYPES)
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
    expect(streams[0]?.isClosed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(streams[0]?.isClosed).toBe(true)
    endSecond()
    feed.listen([], first)
    vi.advanceTimersByTime(60_000)
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([true, false])
  })

  test('keeps its stream for the page that follows', () => {
    const { streams, open } = createStreams()
    const feed = createEventFeed(open, TYPES)
    const [before, after] = [vi.fn(), vi.fn()]
    feed.listen([], before)()
    feed.listen(['backup.made'], after)
    vi.advanceTimersByTime(60_000)
    streams[0]?.send('backup.made', {})
    expect(after).toHaveBeenCalledTimes(1)
    expect(before).not.toHaveBeenCalled()
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([false])
  })

  test('opens another where the hub has refused the last one', () => {
    const { streams, open } = createStreams()
    const feed = createEventFeed(open, TYPES)
    feed.listen([], vi.fn())
    const [stream] = streams
    if (stream) stream.readyState = 2
    const listen = vi.fn()
    feed.listen([], listen)
    streams[1]?.send('backup.made', {})
    expect(listen).toHaveBeenCalledTimes(1)
    expect(streams).toHaveLength(2)
  })

  test('ends with the session, at once, and begins anew for the next', () => {
    const { streams, open } = createStreams()
    const feed = createEventFeed(open, TYPES)
    feed.listen([], vi.fn())()
    feed.end()
    expect(streams[0]?.isClosed).toBe(true)
    feed.end()
    feed.listen([], vi.fn())
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([true, false])
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
