import type { PublishPacket } from 'aedes'
import type { Message } from '../delivery/message.ts'

type Parsed = Pick<PublishPacket, 'topic' | 'payload' | 'qos' | 'retain'>

/** A PUBLISH, or a will, as it was parsed. */
export function readMessage({ topic, payload, qos, retain }: Parsed): Message {
  return { topic, payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload), qos, retain }
}
