import type { EventFilter } from '../../events/event-filter.ts'
import type { EventLog, EventPage } from '../../events/event-log.ts'
import { envelopeOf, type LoggedEvent } from '../../logged-event.ts'
import type { Frames } from './frame-streams.ts'
import { RETRY } from './frame-streams.ts'

/** The part of the log that a reader needs. */
export type ReadableLog = Pick<EventLog, 'newest' | 'floor' | 'isGap' | 'readAfter' | 'onChange'>

const EVENTS_AT_ONCE = 100

/** One reader's way through the log. */
export class EventFrames implements Frames {
  readonly #log: ReadableLog
  readonly #filter: EventFilter
  #position: number

  /** `after`: the last event that the reader has seen; none: it wants those to come. */
  constructor(log: ReadableLog, filter: EventFilter, after: number | undefined) {
    this.#log = log
    this.#filter = filter
    this.#position = after ?? log.newest
  }

  /** What a stream begins with: how long a browser waits before it comes again, and from where it would go on. */
  greeting(): string {
    return `${RETRY}${this.#idLine()}\n`
  }

  /** What there is now, a hundred events at most; empty: nothing yet; none: it has not been looked for far enough. */
  next(): string | undefined {
    const gap = this.#log.isGap(this.#position) ? this.#passGap() : ''
    const { events, position } = this.#read()
    this.#position = position
    const frames = gap + events.map(frameOf).join('')
    return frames === '' && position < this.#log.newest ? undefined : frames
  }

  /** Keeps the connection open, and tells the reader how far it has come though nothing it wants has happened. */
  heartbeat(): string {
    return `: still here\n${this.#idLine()}\n`
  }

  #idLine(): string {
    return this.#position === 0 ? '' : `id: ${this.#position}\n`
  }

  onChange(listener: () => void): Disposable {
    return this.#log.onChange(listener)
  }

  #read(): EventPage {
    return this.#log.readAfter(this.#position, this.#filter, EVENTS_AT_ONCE)
  }

  #passGap(): string {
    const { floor, newest } = this.#log
    const lastEventId = String(this.#position)
    // An id that is newer than the newest is of another time, or another hub.
    this.#position = this.#position > newest ? 0 : floor
    return `event: gap\ndata: ${JSON.stringify({ lastEventId })}\n\n`
  }
}

function frameOf(event: LoggedEvent): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(envelopeOf(event))}\n\n`
}
