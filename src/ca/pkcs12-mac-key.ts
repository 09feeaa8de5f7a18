import { hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

const BLOCK_OCTETS = 64
// RFC 7292 §B.3: 3 is for the MAC
const PURPOSE = Buffer.alloc(BLOCK_OCTETS, 3)
/** About a millisecond's work. */
const ROUNDS_A_TURN = 1000

/** The key of a PKCS#12 MAC with SHA-256: RFC 7292 §B.2, of which a key as long as the hash needs the first block alone. */
export async function deriveMacKey(password: string, salt: Buffer, rounds: number): Promise<Buffer> {
  // RFC 7292 §B.1: UTF-16, big end first, with two zero octets behind it
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16()
  let key = hash('sha256', Buffer.concat([PURPOSE, fill(salt), fill(secret)]), 'buffer')
  for (let round = 1; round < rounds; round++) {
    // Nothing else computes this for us off the thread: other work goes on between the portions.
    if (round % ROUNDS_A_TURN === 0) await nextTurn()
    key = hash('sha256', key, 'buffer')
  }
  return key
}

/** Repeated until it ends with a block. */
function fill(octets: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(octets.length / BLOCK_OCTETS) * BLOCK_OCTETS, octets)
}
