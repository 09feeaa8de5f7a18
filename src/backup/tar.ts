import { DomainError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'

/** A file on its way into an archive. */
export interface TarEntry {
  /** At most 100 octets of ASCII. */
  readonly name: string
  readonly octets: number
  /** Gives exactly so many. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** A file in an archive; its body is to be read before the next one is asked for, or not at all. */
export interface FoundEntry {
  readonly name: string
  readonly octets: number
  body(): AsyncGenerator<Buffer>
}

const BLOCK = 512
const LARGEST_OCTAL = 0o77777777777

export function tarOctets(entries: readonly Pick<TarEntry, 'octets'>[]): number {
  return entries.reduce((sum, { octets }) => sum + BLOCK + octets + paddingOf(octets), 2 * BLOCK)
}

/** POSIX.1-1988 ustar, which every tar reads; past 8 GiB the size is written in base 256, as GNU tar does. */
export async function* writeTar(entries: readonly TarEntry[], modifiedAt: Date): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield encodeEntry(entry, modifiedAt)
    let left = entry.octets
    for await (const chunk of entry.read()) {
      left -= chunk.length
      yield chunk
    }
    if (left !== 0) throw new Error(`${entry.name} changed while it was archived`)
    yield Buffer.alloc(paddingOf(entry.octets))
  }
  yield Buffer.alloc(2 * BLOCK)
}

/** What an archive holds, in its order; reads it to its end, so that all of it has been judged. */
export async function* readTar(stream: AsyncIterable<Buffer>): AsyncGenerator<FoundEntry> {
  const reader = new ByteReader(stream)
  for (;;) {
    const block = await reader.read(BLOCK)
    if (block.length < BLOCK) throw damaged()
    if (block.every((octet) => octet === 0)) break
    const { name, octets } = decodeEntry(block)
    const body = reader.pass(octets)
    yield { name, octets, body: () => body }
    // What was left over of it.
    for await (const _ of body);
    await reader.read(paddingOf(octets))
  }
  for await (const _ of reader.pass(Number.POSITIVE_INFINITY));
}

function encodeEntry({ name, octets }: TarEntry, modifiedAt: Date): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0, 100, 'ascii')
  block.write('0000600\0', 100, 'ascii')
  block.write('0000000\0', 108, 'ascii')
  block.write('0000000\0', 116, 'ascii')
  if (octets <= LARGEST_OCTAL) block.write(`${octal(octets, 11)}\0`, 124, 'ascii')
  else {
    block.writeUInt8(0x80, 124)
    block.writeBigUInt64BE(BigInt(octets), 128)
  }
  block.write(`${octal(Math.floor(modifiedAt.getTime() / 1000), 11)}\0`, 136, 'ascii')
  block.write('0', 156, 'ascii')
  block.write('ustar\x0000', 257, 'latin1')
  block.write(`${octal(checksumOf(block), 6)}\0 `, 148, 'ascii')
  return block
}

function decodeEntry(block: Buffer): Pick<FoundEntry, 'name' | 'octets'> {
  const text = (start: number, end: number): string => block.toString('ascii', start, end).split('\0')[0] ?? ''
  const octets =
    block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 136).trim() || '0', 8)
  const isFile = text(156, 157) === '0'
  const isRight = Number.parseInt(text(148, 156).trim(), 8) === checksumOf(block)
  if (!isRight || !isFile || !Number.isSafeInteger(octets)) throw damaged()
  return { name: text(0, 100), octets }
}

/** The sum of all octets, those of the sum itself taken for spaces. */
function checksumOf(block: Buffer): number {
  return block.reduce((sum, octet, at) => sum + (at >= 148 && at < 156 ? 0x20 : octet), 0)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

function paddingOf(octets: number): number {
  return (BLOCK - (octets % BLOCK)) % BLOCK
}

function damaged(): DomainError {
  return new DomainError('backup_damaged', 'What this backup holds cannot be read: it was made by another program')
}
