import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useHub } from './console-hub.ts'

export interface HubEvent {
  readonly id: string
  readonly type: string
  /** RFC 3339. */
  readonly at: string
  // biome-ignore lint/suspicious/noExplicitAny: each type of event has a shape of its own, and the page that asks for it knows it
  readonly data: any
}

type Listen = (event: HubEvent) => void

/** What happens in the hub, while somebody listens: one stream for the whole console. */
export interface EventFeed {
  /** Types as `device.connected`; an empty list is all of them. Returns what ends it. */
  listen(types: readonly string[], listen: Listen): () => void
  /** Nobody is signed in any more: whoever is next gets a stream of his own. */
  end(): void
}

/** As much of EventSource as is used. */
export interface EventStream {
  readonly readyState: number
  addEventListener(type: string, listener: (message: MessageEvent<string>) => void): void
  close(): void
}

export interface EventFeedOptions {
  readonly open: (address: string) => EventStream
  /** All that the stream may send: browsers hand an event of a name only to those who ask for that name. */
  readonly types: readonly string[]
  /** The hub has not let it be opened, or something before the hub answers in its place. */
  readonly onRefused: () => void
}

/** How often events were missed: whoever keeps a picture of the hub asks for it anew when this changes. */
export const missed = signal(0)

/** How often the hub has come back: what could not be had before is asked for anew. */
export const returned = signal(0)

const ADDRESS = 'api/events'
const AGAIN_MS = 5000
// Whoever goes from page to page keeps his stream: to close one costs its connection, and to open one a TLS handshake.
const LINGER_MS = 30_000

export function createEventFeed({ open, types, onRefused }: EventFeedOptions): EventFeed {
  const listeners = new Map<Listen, readonly string[]>()
  let stream: EventStream | undefined
  let newest: string | undefined
  let isBroken = false
  let leaving: ReturnType<typeof setTimeout> | undefined
  const begin = (): void => {
    if (stream || listeners.size === 0 || document.hidden) return
    const opened = open(newest === undefined ? ADDRESS : `${ADDRESS}?lastEventId=${newest}`)
    stream = opened
    for (const type of types) {
      opened.addEventListener(type, (message) => {
        const event: HubEvent = JSON.parse(message.data)
        newest = event.id
        for (const [listen, wanted] of listeners) if (wanted.length === 0 || wanted.includes(type)) listen(event)
      })
    }
    opened.addEventListener('gap', tellMissed)
    opened.addEventListener('open', () => {
      if (isBroken) returned.value += 1
      isBroken = false
    })
    // The browser comes again by itself, but for where it was answered with something else than a stream.
    opened.addEventListener('error', () => {
      isBroken = true
      if (opened !== stream || !isStreamClosed(opened)) return
      end()
      onRefused()
      setTimeout(resume, AGAIN_MS)
    })
  }
  const end = (): void => {
    stream?.close()
    stream = undefined
  }
  const resume = (): void => {
    if (stream) return
    begin()
    if (stream && newest === undefined) tellMissed()
  }
  // A browser has six connections to one hub, for all its tabs: those that nobody looks at hold none.
  const follow = (): void => (document.hidden ? end() : resume())
  const leave = (): void => {
    clearTimeout(leaving)
    document.removeEventListener('visibilitychange', follow)
    end()
    newest = undefined
  }
  return {
    listen(wanted, listen) {
      clearTimeout(leaving)
      if (listeners.size === 0) document.addEventListener('visibilitychange', follow)
      listeners.set(listen, wanted)
      begin()
      return () => {
        if (listeners.delete(listen) && listeners.size === 0) leaving = setTimeout(leave, LINGER_MS)
      }
    },
    end: leave,
  }
}

function tellMissed(): void {
  missed.value += 1
}

/** HTML Living Standard §9.2.2: CLOSED. */
export function isStreamClosed({ readyState }: EventStream): boolean {
  return readyState === 2
}

/** Hears of these events while the component is shown. */
export function useEvents(types: readonly string[], listen: Listen): void {
  const { events } = useHub()
  const key = types.join()
  // The newest is called, so that a page that is drawn anew neither misses an event nor opens the stream again.
  const newest = useRef(listen)
  newest.current = listen
  // The list is compared by what it holds.
  useEffect(() => events.listen(types, (event) => newest.current(event)), [events, key])
}
