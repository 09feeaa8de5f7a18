import { Readable } from 'node:stream'
import type { Message } from '../../broker/delivery/message.ts'
import { readMore, type StoredPacket, writeMore } from './packet-row.ts'
import type { QueueRow, QueueStore } from './queue-store.ts'

export type OutgoingPacket = Readonly<Record<string, unknown>> & { readonly messageId?: number | undefined }

const COLUMNS: ReadonlySet<string> = new Set(['topic', 'payload', 'qos', 'retain', 'writeCallback', 'length'])
const PAGE = 64

/** A session's queue as Aedes' interface sees it: packets, found by broker counter or packet identifier from the oldest on. */
export class OutgoingPackets {
  readonly #queues: QueueStore
  readonly #sid: number

  constructor(queues: QueueStore, sid: number) {
    this.#queues = queues
    this.#sid = sid
  }

  push(packet: StoredPacket): void {
    // A number of our own is in its place when it is sent.
    const { messageId: _, ...further } = packet
    // Aedes' declarations leave it open what a payload is; texts are kept as texts.
    this.#queues.push(this.#sid, packet as unknown as Message, writeMore(further, COLUMNS))
  }

  /** Gives a queued packet its identifier, or puts the PUBREL in its place; whether there was one. */
  update(packet: OutgoingPacket): boolean {
    const found = this.#find((queued) => {
      if (queued['brokerId'] === packet['brokerId']) return queued['brokerCounter'] === packet['brokerCounter']
      return queued.messageId === packet.messageId
    })
    if (!found) return false
    const isReleased = packet['cmd'] === 'pubrel'
    const { messageId } = packet
    const more = isReleased ? { messageId } : { ...readMore(found.more), messageId }
    this.#queues.update(found.position, isReleased, JSON.stringify(more))
    return true
  }

  take(messageId: number | undefined): OutgoingPacket | undefined {
    const found = this.#find((queued) => queued.messageId === messageId)
    if (!found) return undefined
    this.#queues.remove(found.position)
    return readPacket(found)
  }

  stream(): Readable {
    return Readable.from(this.#packets())
  }

  #find(isWanted: (packet: OutgoingPacket) => boolean): QueueRow | undefined {
    for (const row of this.#rows()) if (isWanted(readMore(row.more))) return row
    return undefined
  }

  *#packets(): Generator<OutgoingPacket> {
    for (const row of this.#rows()) yield readPacket(row)
  }

  *#rows(): Generator<QueueRow> {
    for (let after = 0; ; ) {
      const rows = this.#queues.rows(this.#sid, after, PAGE)
      yield* rows
      const last = rows.at(-1)
      if (!last || rows.length < PAGE) return
      after = last.position
    }
  }
}

function readPacket({ topic, payload, qos, retain, released, more }: QueueRow): OutgoingPacket {
  const further: OutgoingPacket = readMore(more)
  const { messageId } = further
  if (released === 1) return { cmd: 'pubrel', messageId }
  return { ...further, topic, payload, qos, retain: retain === 1, dup: further['dup'] === true, messageId }
}
