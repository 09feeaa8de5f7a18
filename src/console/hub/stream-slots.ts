import type { EventStream } from './event-feed.ts'

/** As much of Web Locks §3.3 as is used. */
export interface Locks {
  request(name: string, options: { readonly ifAvailable: true }, hold: (lock: unknown) => unknown): Promise<unknown>
}

type Open = (address: string) => EventStream
type Listener = Parameters<EventStream['addEventListener']>

/** Of a browser, in all its tabs. */
export interface StreamLimit {
  readonly name: string
  readonly most: number
}

// HTML Living Standard §9.2.2.
const CONNECTING = 0
const CLOSED = 2

/** Where there are as many, the next is refused. Browsers have no locks for a page that came in the clear. */
export function limitStreams(open: Open, locks: Locks | null | undefined, limit: StreamLimit): Open {
  if (!locks) return open
  return (address) => {
    const listeners: Listener[] = []
    let stream: EventStream | undefined
    let isClosed = false
    let free = (): void => undefined
    void takeSlot(locks, limit).then((freeSlot) => {
      if (!freeSlot) return refuse()
      free = freeSlot
      if (isClosed) return free()
      stream = open(address)
      for (const [type, listen] of listeners) stream.addEventListener(type, listen)
    })
    const refuse = (): void => {
      isClosed = true
      for (const [type, listen] of listeners) if (type === 'error') listen(new MessageEvent('error'))
    }
    return {
      get readyState() {
        if (isClosed) return CLOSED
        return stream?.readyState ?? CONNECTING
      },
      addEventListener(type, listen) {
        listeners.push([type, listen])
        stream?.addEventListener(type, listen)
      },
      close() {
        isClosed = true
        stream?.close()
        free()
      },
    }
  }
}

/** Resolves to what frees it, or to nothing: all are taken. */
async function takeSlot(locks: Locks, { name, most }: StreamLimit): Promise<(() => void) | undefined> {
  for (let slot = 0; slot < most; slot++) {
    const { promise: isHeld, resolve: free } = Promise.withResolvers<void>()
    const { promise: isMine, resolve: decide } = Promise.withResolvers<boolean>()
    void locks.request(`signet-${name}-${slot}`, { ifAvailable: true }, (lock) => {
      decide(lock !== null)
      return lock === null ? undefined : isHeld
    })
    if (await isMine) return free
  }
  return undefined
}
