import type { PublishPacket } from 'aedes'
import type { Message } from '../delivery/message.ts'

/** A PUBLISH as Aedes parsed it. */
export function readMessage({ topic, payload, qos, retain }: PublishPacket): Message {
  return { topic, payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload), qos, retain }
}
