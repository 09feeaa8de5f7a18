import { createCipheriv, createDecipheriv } from 'node:crypto'
import { DomainError } from '../errors.ts'
import type { ArchiveKey } from './archive-key.ts'

const CIPHER = 'aes-256-gcm'
const TAG_OCTETS = 16
const NONCE_OCTETS = 12

export interface FramePlan extends Pick<ArchiveKey, 'encryption'> {
  /** Authenticated with every frame. */
  readonly header: Buffer
  /** Plaintext octets of every frame but the last. */
  readonly frameOctets: number
}

/** How long a text is once it is sealed. */
export function sealedOctets(octets: number, frameOctets: number): number {
  return octets + TAG_OCTETS * Math.max(1, Math.ceil(octets / frameOctets))
}

/** Encrypts in frames, each under its number and whether it is the last (the STREAM construction, Hoang et al. 2015). */
export async function* sealFrames(plain: AsyncIterable<Uint8Array>, plan: FramePlan): AsyncGenerator<Buffer> {
  let number = 0n
  for await (const { piece, isLast } of cutIntoPieces(plain, plan.frameOctets)) {
    const cipher = createCipheriv(CIPHER, plan.encryption, nonceOf(number++, isLast)).setAAD(plan.header)
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
  }
}

/** Throws `backup_damaged` at the first frame that is not the one that was written there: changed, moved, or cut off. */
export async function* openFrames(sealed: AsyncIterable<Uint8Array>, plan: FramePlan): AsyncGenerator<Buffer> {
  let number = 0n
  for await (const { piece, isLast } of cutIntoPieces(sealed, plan.frameOctets + TAG_OCTETS)) {
    yield openFrame(piece, nonceOf(number++, isLast), plan)
  }
}

function openFrame(piece: Buffer, nonce: Buffer, { encryption, header }: FramePlan): Buffer {
  const end = piece.length - TAG_OCTETS
  try {
    if (end < 0) throw new Error('The frame is shorter than its tag')
    const decipher = createDecipheriv(CIPHER, encryption, nonce).setAAD(header).setAuthTag(piece.subarray(end))
    return Buffer.concat([decipher.update(piece.subarray(0, end)), decipher.final()])
  } catch (cause) {
    throw new DomainError(
      'backup_damaged',
      'This backup was cut short or changed after it was made: take another one',
      { cause },
    )
  }
}

// No nonce comes twice: the salt of each archive gives it a key of its own.
function nonceOf(number: bigint, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(NONCE_OCTETS)
  nonce.writeUInt8(isLast ? 1 : 0)
  nonce.writeBigUInt64BE(number, 4)
  return nonce
}

interface Piece {
  readonly piece: Buffer
  readonly isLast: boolean
}

/** Pieces of one length; the last, of which there is always one, may be shorter. */
async function* cutIntoPieces(stream: AsyncIterable<Uint8Array>, octets: number): AsyncGenerator<Piece> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    held.push(chunk)
    length += chunk.length
    // Only what follows it shows that a piece is not the last.
    if (length <= octets) continue
    const all = Buffer.concat(held, length)
    let start = 0
    for (; length - start > octets; start += octets) {
      yield { piece: all.subarray(start, start + octets), isLast: false }
    }
    held = [all.subarray(start)]
    length -= start
  }
  yield { piece: Buffer.concat(held, length), isLast: true }
}
