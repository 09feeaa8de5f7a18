import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ENTRY } from './backup/archive.ts'
import type { BackupContents } from './backup/manifest.ts'
import type { Folders } from './backup/swap.ts'
import type { FoundEntry } from './backup/tar.ts'
import { DomainError } from './errors.ts'

/** Where the files of an archive go; no other name is taken, wherever it would lead. */
const TARGETS: Readonly<Record<string, { readonly place: keyof Folders; readonly name: string }>> = {
  [ENTRY.caCertificate]: { place: 'certs', name: 'ca-cert.pem' },
  [ENTRY.caKey]: { place: 'certs', name: 'ca-key.pem' },
  [ENTRY.rootKey]: { place: 'certs', name: 'root-key.pem' },
  [ENTRY.previousCertificate]: { place: 'certs', name: 'ca-cert.previous.pem' },
  [ENTRY.previousKey]: { place: 'certs', name: 'ca-key.previous.pem' },
  [ENTRY.registry]: { place: 'data', name: 'hub.db' },
  [ENTRY.messages]: { place: 'data', name: 'mqtt.db' },
  [ENTRY.adminToken]: { place: 'data', name: 'admin-token' },
}

export interface ExtractOptions {
  readonly contents: BackupContents
  /** The registry alone is compared: no key is to lie about, and what MQTT keeps may be large. */
  readonly isPreview: boolean
}

/** Writes what is wanted of an archive into the stage, and reads all of it; resolves to the names it has found. */
export async function extract(
  entries: AsyncIterable<FoundEntry>,
  stage: Folders,
  { contents, isPreview }: ExtractOptions,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for await (const entry of entries) {
    const target = Object.hasOwn(TARGETS, entry.name) ? TARGETS[entry.name] : undefined
    if (target === undefined) throw damaged(`holds ${JSON.stringify(entry.name)}, which is not of a hub`)
    if (contents === 'ca' && target.place === 'data') continue
    found.add(entry.name)
    if (isPreview && entry.name !== ENTRY.registry) continue
    const path = join(stage[target.place], target.name)
    await pipeline(entry.body(), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
  }
  const wanted =
    contents === 'ca' ? [ENTRY.caCertificate, ENTRY.caKey] : [ENTRY.caCertificate, ENTRY.registry, ENTRY.messages]
  const missing = wanted.find((name) => !found.has(name))
  if (missing !== undefined) throw damaged(`lacks ${missing}`)
  return found
}

function damaged(finding: string): DomainError {
  return new DomainError('backup_damaged', `This backup ${finding}: it was made by another program`)
}
