import type { Clock } from '../clock.ts'
import type { EventFeed } from '../events.ts'

/** When each device came or went last, as far as it is known. */
export interface LastSeen {
  of(deviceId: string): Date | undefined
}

// More than a hub has devices; those of deleted ones are among them.
const CAPACITY = 200_000

/** Goes on from what the kept events say, and is told of what happens: to look one up costs no query. */
export function createLastSeen(
  kept: Iterable<readonly [deviceId: string, at: Date]>,
  events: EventFeed,
  clock: Clock,
): LastSeen & Disposable {
  const seen = new Map(kept)
  const note = ({ kind, id }: { readonly kind: string; readonly id: string }): void => {
    if (kind !== 'device') return
    // At the end of the order: the first is the one that was not seen for longest.
    seen.delete(id)
    seen.set(id, clock())
    const [oldest] = seen.keys()
    if (seen.size > CAPACITY && oldest !== undefined) seen.delete(oldest)
  }
  const subscriptions = [events.subscribe('device.connected', note), events.subscribe('device.disconnected', note)]
  return {
    of: (deviceId) => seen.get(deviceId),
    [Symbol.dispose]() {
      for (const subscription of subscriptions) subscription[Symbol.dispose]()
    },
  }
}
