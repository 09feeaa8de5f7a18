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

const CLOSED = 2

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
  /** 2 once it was given up: the hub has refused it. */
  readonly readyState: number
  addEventListener(type: string, listener: (message: MessageEvent<string>) => void): void
  close(): void
}

// Whoever goes from page to page keeps his stream: to close one costs its connection, and to open one a TLS handshake.
const LINGER_MS = 30_000

/** `types` are all that the stream may send: browsers hand an event of a name only to those who ask for that name. */
export function createEventFeed(open: () => EventStream, types: readonly string[]): EventFeed {
  const listeners = new Map<Listen, readonly string[]>()
  let stream: EventStream | undefined
  let closing: ReturnType<typeof setTimeout> | undefined
  const end = (): void => {
    clearTimeout(closing)
    stream?.close()
    stream = undefined
  }
  const start = (): EventStream => {
    const opened = open()
    for (const type of types) {
      opened.addEventListener(type, (message) => {
        const event: HubEvent = JSON.parse(message.data)
        for (const [listen, wanted] of listeners) if (wanted.length === 0 || wanted.includes(type)) listen(event)
      })
    }
    return opened
  }
  return {
    listen(wanted, listen) {
      listeners.set(listen, wanted)
      clearTimeout(closing)
      if (stream?.readyState === CLOSED) end()
      stream ??= start()
      return () => {
        if (listeners.delete(listen) && listeners.size === 0) closing = setTimeout(end, LINGER_MS)
      }
    },
    end,
  }
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
