import { type Flow, sumOf } from './figures.ts'
import { LoadAverage, type LoadMinutes } from './load-average.ts'

/** What Mosquitto averages, under its names, with the count that it is the growth of. */
const COUNTS = {
  'messages/received': ({ packetsReceived }) => packetsReceived,
  'messages/sent': ({ packetsSent }) => packetsSent,
  'publish/dropped': ({ messagesDropped }) => messagesDropped,
  'publish/received': ({ publishesReceived }) => sumOf(publishesReceived),
  'publish/sent': ({ publishesSent }) => sumOf(publishesSent),
  'bytes/received': ({ bytesReceived }) => bytesReceived,
  'bytes/sent': ({ bytesSent }) => bytesSent,
  sockets: ({ socketsOpened }) => socketsOpened,
  connections: ({ connectsReceived }) => connectsReceived,
} as const satisfies Readonly<Record<string, (flow: Flow) => number>>

export type LoadName = keyof typeof COUNTS

// Its keys are all of them: TypeScript forgets that, here and below.
export const LOAD_NAMES = Object.keys(COUNTS) as readonly LoadName[]

/** The averages of all that passes. */
export class Loads {
  readonly #averages = Object.fromEntries(LOAD_NAMES.map((name) => [name, new LoadAverage()])) as Readonly<
    Record<LoadName, LoadAverage>
  >

  /** `seconds` have passed since it was told the last time, or made. */
  update(flow: Flow, seconds: number): void {
    for (const name of LOAD_NAMES) this.#averages[name].update(COUNTS[name](flow), seconds)
  }

  /** A minute. */
  over(name: LoadName, minutes: LoadMinutes): number {
    return this.#averages[name].over(minutes)
  }
}
