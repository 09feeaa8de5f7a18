import { argon2, createHmac, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { DomainError } from '../errors.ts'

/** What a guess of the passphrase costs (RFC 9106). */
export interface KeyCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** What the first octets of an archive say; docs/backup.md has their places. */
export interface ArchiveHeader extends KeyCost {
  readonly salt: Buffer
  /** Plaintext octets of every frame but the last. */
  readonly frameOctets: number
}

export interface ArchiveKey {
  /** AES-256. */
  readonly encryption: Buffer
  /** Of the header, whose last part proves the passphrase before anything is decrypted. */
  readonly authentication: Buffer
}

export const HEADER_OCTETS = 76
export const SHORTEST_PASSPHRASE = 12
// RFC 9106 §4, the second recommended option, on one lane: a third of a second, and 64 MiB for its time.
export const USUAL_COST: KeyCost = { memoryKib: 65_536, passes: 3, lanes: 1 }

const MAGIC = 'SIGNETBK'
const VERSION = 1
const ARGON2ID = 1
const PLACES = { version: 8, derivation: 9, memory: 12, passes: 16, lanes: 20, frame: 24, salt: 28, proof: 44 } as const
const SALT_OCTETS = PLACES.proof - PLACES.salt
// What a file of a stranger may make us spend before it has proved anything.
const MOST = { memoryKib: 1_048_576, passes: 16, lanes: 16, frameOctets: 16_777_216 } as const

const derive = promisify(argon2)

/** Off the event loop, in a thread of libuv. */
export async function deriveKey(passphrase: string, header: ArchiveHeader): Promise<ArchiveKey> {
  const { salt: nonce, memoryKib: memory, passes, lanes: parallelism } = header
  // The same on every keyboard: one letter may be typed as two code points.
  const message = Buffer.from(passphrase.normalize('NFC'))
  const octets = await derive('argon2id', { message, nonce, parallelism, tagLength: 64, memory, passes })
  return { encryption: octets.subarray(0, 32), authentication: octets.subarray(32) }
}

export function encodeHeader(header: ArchiveHeader, { authentication }: Pick<ArchiveKey, 'authentication'>): Buffer {
  const octets = Buffer.alloc(HEADER_OCTETS)
  octets.write(MAGIC, 'latin1')
  octets.writeUInt8(VERSION, PLACES.version)
  octets.writeUInt8(ARGON2ID, PLACES.derivation)
  octets.writeUInt32BE(header.memoryKib, PLACES.memory)
  octets.writeUInt32BE(header.passes, PLACES.passes)
  octets.writeUInt32BE(header.lanes, PLACES.lanes)
  octets.writeUInt32BE(header.frameOctets, PLACES.frame)
  header.salt.copy(octets, PLACES.salt)
  proofOf(octets, authentication).copy(octets, PLACES.proof)
  return octets
}

/** Throws `backup_damaged` for what is no archive, and `backup_too_new` for one of a later form. */
export function parseHeader(octets: Buffer): ArchiveHeader {
  if (octets.length < HEADER_OCTETS || octets.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new DomainError('backup_damaged', 'This is no backup of Signet, or its beginning is damaged')
  }
  const [version, derivation] = [octets.readUInt8(PLACES.version), octets.readUInt8(PLACES.derivation)]
  if (version !== VERSION || derivation !== ARGON2ID) {
    throw new DomainError('backup_too_new', 'This backup was made by a newer Signet: restore it with that version')
  }
  const header = {
    memoryKib: octets.readUInt32BE(PLACES.memory),
    passes: octets.readUInt32BE(PLACES.passes),
    lanes: octets.readUInt32BE(PLACES.lanes),
    frameOctets: octets.readUInt32BE(PLACES.frame),
    salt: octets.subarray(PLACES.salt, PLACES.salt + SALT_OCTETS),
  }
  const isBounded = Object.entries(MOST).every(([name, most]) => isWithin(Reflect.get(header, name), most))
  // RFC 9106 §3.1: at least 8 KiB for each lane
  if (isBounded && header.memoryKib >= 8 * header.lanes) return header
  throw new DomainError('backup_damaged', 'The beginning of this backup is damaged: take another one')
}

/** Throws `passphrase_wrong`. */
export function assertKey(octets: Buffer, { authentication }: Pick<ArchiveKey, 'authentication'>): void {
  if (timingSafeEqual(proofOf(octets, authentication), octets.subarray(PLACES.proof, HEADER_OCTETS))) return
  throw new DomainError('passphrase_wrong', 'The passphrase is not the one that this backup was made with')
}

function proofOf(octets: Buffer, authentication: Buffer): Buffer {
  return createHmac('sha256', authentication).update(octets.subarray(0, PLACES.proof)).digest()
}

function isWithin(value: number, most: number): boolean {
  return value >= 1 && value <= most
}
