import { setTimeout as elapse } from 'node:timers/promises'
import { CommandFailed } from '../command-failed.ts'
import { backOffMilliseconds } from '../simulator/back-off.ts'
import { type EventFrame, readFrames } from './event-frames.ts'
import type { HubClient } from './hub-client.ts'

export interface Following {
  readonly path: string
  /** Ends it. */
  readonly signal: AbortSignal
  /** Told once of each break, however many attempts follow. */
  readonly onBreak: () => void
}

/**
 * A stream of events over every break of its connection: each attempt goes on behind the last event that came (WHATWG HTML
 * §9.2.4). Throws what keeps it from beginning, and what the hub refuses for good.
 */
export async function* followEvents(
  hub: Pick<HubClient, 'readStream'>,
  { path, signal, onBreak }: Following,
): AsyncGenerator<EventFrame> {
  let lastEventId: string | undefined
  let hasBegun = false
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for await (const frame of readFrames(hub.readStream(path, signal, lastEventId))) {
        hasBegun = true
        attempt = 0
        lastEventId = frame.id ?? lastEventId
        yield frame
      }
    } catch (error) {
      if (!hasBegun || isFinal(error)) throw error
    }
    if (signal.aborted) return
    if (attempt === 0) onBreak()
    await elapse(backOffMilliseconds(attempt, Math.random), undefined, { signal }).catch(unlessStopped)
  }

  function unlessStopped(error: unknown): void {
    if (!signal.aborted) throw error
  }
}

/** A hub that starts, stops or cannot answer now says 5xx, and so does a proxy before it. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof CommandFailed)) return true
  return error.status !== undefined && error.status < 500
}
