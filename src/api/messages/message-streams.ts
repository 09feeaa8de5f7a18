import type { AcceptedMessage, MessageFeed } from '../../broker/delivery/message-feed.ts'
import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import { matches } from '../../topic.ts'
import { FrameStreams, type FrameStreamsOptions, type StreamReader } from '../events/frame-streams.ts'
import { MessageTail, type Sender } from './message-tail.ts'

export interface MessageStreamsOptions extends FrameStreamsOptions {
  readonly feed: Pick<MessageFeed, 'subscribe'>
  /** Of somebody who is connected, or whose session is stored. */
  readonly senderOf: (clientId: string) => Sender | undefined
  readonly clock: Clock
}

export interface MessageReader extends StreamReader {
  readonly topicFilter: string
  /** Only what this device has sent. */
  readonly deviceId?: string
}

const MOST_READERS = 8

/** Those who look at messages as they are accepted; nobody looking, none of them costs anything. */
export class MessageStreams implements Disposable {
  readonly #options: MessageStreamsOptions
  readonly #streams: FrameStreams

  constructor(options: MessageStreamsOptions) {
    this.#options = options
    this.#streams = new FrameStreams(options)
  }

  get size(): number {
    return this.#streams.size
  }

  /** Throws `readers_over_limit`. */
  open({ topicFilter, deviceId, ...reader }: MessageReader): ReadableStream<Uint8Array> {
    if (this.size >= MOST_READERS) {
      throw new DomainError('readers_over_limit', `${MOST_READERS} readers watch messages already: close one of them`)
    }
    const { feed, senderOf, clock } = this.#options
    const isWanted = (sender: Sender | undefined): boolean =>
      deviceId === undefined || (sender?.kind === 'device' && sender.id === deviceId)
    const subscribe = (listener: (message: AcceptedMessage) => void): Disposable =>
      feed.subscribe(listener, '', (topicName) => matches(topicFilter, topicName))
    return this.#streams.open(
      // Several may have been let in before the first of them began to read.
      () => (this.size >= MOST_READERS ? undefined : new MessageTail({ isWanted, senderOf, subscribe, clock })),
      reader,
    )
  }

  /** Those who would be refused now. */
  endRefused(): void {
    this.#streams.endRefused()
  }

  [Symbol.dispose](): void {
    this.#streams[Symbol.dispose]()
  }
}
