import { isUtf8 } from 'node:buffer'
import type { AcceptedMessage } from '../../broker/delivery/message-feed.ts'
import type { Clock } from '../../clock.ts'
import type { Frames } from '../events/frame-streams.ts'

/** Who has sent a message; nobody is known behind what the API was asked to publish. */
export interface Sender {
  readonly kind: 'device' | 'service' | 'anonymous'
  readonly id: string
}

export interface TailOptions {
  /** Whether the reader wants what this one has sent. */
  readonly isWanted: (sender: Sender | undefined) => boolean
  readonly senderOf: (clientId: string) => Sender | undefined
  readonly subscribe: (listener: (message: AcceptedMessage) => void) => Disposable
  readonly clock: Clock
}

export const LONGEST_PAYLOAD = 4096
const MOST_AT_ONCE = 200
// A reader is told four times a second at most: what it costs to tell it has a bound, however fast it reads.
const BEAT_MS = 250

interface Kept {
  readonly frame: string
}

/** What one reader sees of the messages that are accepted while it looks; what it is too slow for is counted. */
export class MessageTail implements Frames {
  readonly #options: TailOptions
  readonly #subscription: Disposable
  #kept: Kept[] = []
  #lost = 0
  #listener: (() => void) | undefined
  #beat: NodeJS.Timeout | undefined
  #isReady = false

  constructor(options: TailOptions) {
    this.#options = options
    this.#subscription = options.subscribe((message) => this.#take(message))
  }

  next(): string {
    if (!this.#isReady) return ''
    this.#isReady = false
    const lost = this.#lost === 0 ? '' : `event: lost\ndata: ${JSON.stringify({ count: this.#lost })}\n\n`
    const frames = this.#kept.map(({ frame }) => frame).join('')
    this.#kept = []
    this.#lost = 0
    return frames + lost
  }

  heartbeat(): string {
    return ': still here\n\n'
  }

  onChange(listener: () => void): Disposable {
    this.#listener = listener
    return {
      [Symbol.dispose]: () => {
        this.#listener = undefined
      },
    }
  }

  end(): void {
    this.#subscription[Symbol.dispose]()
    clearTimeout(this.#beat)
  }

  #take(message: AcceptedMessage): void {
    const { isWanted, senderOf, clock } = this.#options
    const sender = senderOf(message.clientId)
    if (!isWanted(sender)) return
    if (this.#kept.length < MOST_AT_ONCE) this.#kept.push({ frame: frameOf(message, sender, clock()) })
    else this.#lost++
    this.#beat ??= setTimeout(() => {
      this.#beat = undefined
      this.#isReady = true
      this.#listener?.()
    }, BEAT_MS).unref()
  }
}

function frameOf(message: AcceptedMessage, sender: Sender | undefined, at: Date): string {
  const { topic: topicName, qos, retain, clientId, payload } = message
  const told = {
    at: at.toISOString(),
    topicName,
    qos,
    retain,
    ...encode(payload),
    bytes: payload.length,
    truncated: payload.length > LONGEST_PAYLOAD,
    sender: { clientId, kind: sender?.kind ?? null, id: sender?.id ?? null },
  }
  return `event: message\ndata: ${JSON.stringify(told)}\n\n`
}

function encode(payload: Buffer): { readonly encoding: 'plain' | 'base64'; readonly payload: string } {
  if (!isUtf8(payload)) return { encoding: 'base64', payload: payload.toString('base64', 0, LONGEST_PAYLOAD) }
  return { encoding: 'plain', payload: payload.toString('utf8', 0, endOfCharacter(payload)) }
}

/** Of the last character that is whole: UTF-8 goes on with 10xxxxxx (RFC 3629 §3). */
function endOfCharacter(payload: Buffer): number {
  let end = Math.min(payload.length, LONGEST_PAYLOAD)
  while (end < payload.length && ((payload[end] ?? 0) & 0xc0) === 0x80) end--
  return end
}
