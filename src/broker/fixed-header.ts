/** Where a frame's body begins and how long it is. */
export interface FixedHeader {
  readonly headerLength: number
  readonly remainingLength: number
}

const MAX_LENGTH_OCTETS = 4

/** MQTT 3.1.1 §2.2: reads it from the start of the bytes; a remaining length of more than four octets is malformed. */
export function readFixedHeader(bytes: Uint8Array): FixedHeader | 'incomplete' | 'malformed' {
  let remainingLength = 0
  for (let index = 1; index <= MAX_LENGTH_OCTETS; index++) {
    const octet = bytes[index]
    if (octet === undefined) return 'incomplete'
    remainingLength += (octet & 0x7f) * 128 ** (index - 1)
    if (octet < 0x80) return { headerLength: index + 1, remainingLength }
  }
  return 'malformed'
}

export const MAX_FIXED_HEADER = 1 + MAX_LENGTH_OCTETS
