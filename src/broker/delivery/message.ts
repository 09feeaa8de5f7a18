export type QoS = 0 | 1 | 2

const MESSAGE_IDS = 65_535

/** What a PUBLISH carries from one client to others. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: QoS
  readonly retain: boolean
}

/** A message in a session's queue, under its number there. */
export interface QueuedMessage extends Message {
  readonly n: number
  /** PUBREC has come: PUBREL is owed, and the message is never sent again. */
  readonly released: boolean
  /** Milliseconds since the epoch. */
  readonly queuedAt: number
}

export function lowerQoS(one: QoS, other: QoS): QoS {
  return one < other ? one : other
}

/** As it is when it comes; its time is the store's to know. */
export function asQueued({ topic, payload, qos, retain }: Message, n: number): QueuedMessage {
  return { topic, payload, qos, retain, n, released: false, queuedAt: Number.POSITIVE_INFINITY }
}

/** Follows from the message's number: it is durable with it, and the same after every reconnect and restart. */
export function messageIdOf(n: number): number {
  return ((n - 1) % MESSAGE_IDS) + 1
}
