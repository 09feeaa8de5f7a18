import { randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { openFrames, sealedOctets, sealFrames } from './archive-frames.ts'
import {
  assertKey,
  deriveKey,
  encodeHeader,
  HEADER_OCTETS,
  type KeyCost,
  parseHeader,
  USUAL_COST,
} from './archive-key.ts'
import { ByteReader } from './byte-reader.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import { type FoundEntry, readTar, type TarEntry, tarOctets, writeTar } from './tar.ts'

/** The names of all that an archive may hold. */
export const ENTRY = {
  manifest: 'manifest.json',
  caCertificate: 'certs/ca-cert.pem',
  caKey: 'certs/ca-key.pem',
  rootKey: 'certs/root-key.pem',
  previousCertificate: 'certs/ca-cert.previous.pem',
  previousKey: 'certs/ca-key.previous.pem',
  registry: 'data/hub.db',
  messages: 'data/mqtt.db',
  adminToken: 'data/admin-token',
} as const

export interface ArchivePlan {
  readonly passphrase: string
  readonly manifest: Manifest
  readonly entries: readonly TarEntry[]
  /** `USUAL_COST` unless it is given. */
  readonly cost?: KeyCost | undefined
}

export interface SealedArchive {
  /** Of the whole archive. */
  readonly octets: number
  readonly stream: AsyncGenerator<Uint8Array>
}

const FRAME_OCTETS = 65_536

/** An encrypted archive, made as it is read. */
export async function sealArchive(plan: ArchivePlan): Promise<SealedArchive> {
  const { passphrase, manifest, cost = USUAL_COST } = plan
  const entries = [createEntry(ENTRY.manifest, Buffer.from(JSON.stringify(manifest, null, 2))), ...plan.entries]
  const header = { ...cost, frameOctets: FRAME_OCTETS, salt: randomBytes(16) }
  const key = await deriveKey(passphrase, header)
  const octets = encodeHeader(header, key)
  const tar = writeTar(entries, new Date(manifest.createdAt))
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield octets
    yield* sealFrames(tar, { encryption: key.encryption, header: octets, frameOctets: FRAME_OCTETS })
  }
  return { octets: HEADER_OCTETS + sealedOctets(tarOctets(entries), FRAME_OCTETS), stream: stream() }
}

export interface OpenedArchive {
  readonly manifest: Manifest
  /** The files behind the manifest. Only when there is no further one, all of the archive has been judged. */
  readonly entries: AsyncGenerator<FoundEntry>
}

/** Throws `backup_damaged`, `backup_too_new` or `passphrase_wrong`. */
export async function openArchive(sealed: AsyncIterable<Buffer>, passphrase: string): Promise<OpenedArchive> {
  const reader = new ByteReader(sealed)
  const octets = await reader.read(HEADER_OCTETS)
  const header = parseHeader(octets)
  const key = await deriveKey(passphrase, header)
  assertKey(octets, key)
  const { encryption } = key
  const { frameOctets } = header
  const rest = reader.pass(Number.POSITIVE_INFINITY)
  const entries = readTar(openFrames(rest, { encryption, header: octets, frameOctets }))
  const { value: first } = await entries.next()
  if (first?.name !== ENTRY.manifest) throw new DomainError('backup_damaged', 'This backup does not say what it holds')
  return { manifest: parseManifest((await readBody(first)).toString()), entries }
}

/** Reads an archive to its end, and keeps nothing of it; throws what is wrong with it. */
export async function verifyArchive(sealed: AsyncIterable<Buffer>, passphrase: string): Promise<Manifest> {
  const { manifest, entries } = await openArchive(sealed, passphrase)
  for await (const _ of entries);
  return manifest
}

export function createEntry(name: string, content: Uint8Array): TarEntry {
  return { name, octets: content.length, read: () => [content] }
}

export async function readBody(entry: FoundEntry): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(entry.body()))
}
