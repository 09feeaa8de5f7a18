/** Where a frame's body begins and how long it is. */
export interface FixedHeader {
  readonly headerLength: number
  readonly remainingLength: number
}

const MAX_LENGTH_OCTETS = 4

/** MQTT 3.1.1 §2.2: reads it where a frame starts; a remaining length of more than four octets is malformed. */
export function readFixedHeader(bytes: Uint8Array, start = 0): FixedHeader | 'incomplete' | 'malformed' {
  let remainingLength = 0
  let scale = 1
  for (let index = 1; index <= MAX_LENGTH_OCTETS; index++) {
    const octet = bytes[start + index]
    if (octet === undefined) return 'incomplete'
    remainingLength += (octet & 0x7f) * scale
    if (octet < 0x80) return { headerLength: index + 1, remainingLength }
    scale *= 128
  }
  return 'malformed'
}

export const MAX_FIXED_HEADER = 1 + MAX_LENGTH_OCTETS
