import type { Message } from './message.ts'

const PUBLISH = 0x30
const DUP = 0x08
const RETAIN = 0x01
// MQTT 3.1.1 §3.6.1: the reserved flags of PUBREL are 0010
const FIRST_OCTETS = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 } as const

/** MQTT 3.1.1 §3.3; the identifier is left out at QoS 0. */
export function encodePublish({ topic, payload, qos, retain }: Message, messageId = 0, dup = false): Buffer {
  const topicLength = Buffer.byteLength(topic)
  const remainingLength = 2 + topicLength + (qos > 0 ? 2 : 0) + payload.length
  const frame = Buffer.allocUnsafe(1 + lengthOctets(remainingLength) + remainingLength)
  frame[0] = PUBLISH | (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0)
  let offset = writeLength(frame, remainingLength)
  offset = frame.writeUInt16BE(topicLength, offset)
  offset += frame.write(topic, offset)
  if (qos > 0) offset = frame.writeUInt16BE(messageId, offset)
  payload.copy(frame, offset)
  return frame
}

export function encodePubrel(messageId: number): Buffer {
  return encodeAcknowledgements([{ kind: 'pubrel', messageId }])
}

/** MQTT 3.1.1 §3.4 to §3.7. */
export interface Acknowledgement {
  readonly kind: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'
  readonly messageId: number
}

/** All of them in one piece, in their order. */
export function encodeAcknowledgements(acknowledgements: readonly Acknowledgement[]): Buffer {
  const frames = Buffer.allocUnsafe(4 * acknowledgements.length)
  let offset = 0
  for (const { kind, messageId } of acknowledgements) {
    frames[offset++] = FIRST_OCTETS[kind]
    frames[offset++] = 2
    frames[offset++] = messageId >> 8
    frames[offset++] = messageId & 0xff
  }
  return frames
}

// MQTT 3.1.1 §2.2.3: seven bits an octet, the highest says that another follows
function lengthOctets(length: number): number {
  if (length < 128) return 1
  if (length < 16_384) return 2
  return length < 2_097_152 ? 3 : 4
}

function writeLength(frame: Buffer, length: number): number {
  let offset = 1
  let rest = length
  while (rest >= 128) {
    frame[offset++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  frame[offset++] = rest
  return offset
}
