import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createEntry, ENTRY, sealArchive } from './backup/archive.ts'
import type { KeyCost } from './backup/archive-key.ts'
import type { BackupContents, Manifest } from './backup/manifest.ts'
import type { TarEntry } from './backup/tar.ts'
import { timeInName } from './backup/time-in-name.ts'
import { type AuthorityBackup, readAuthorityBackup } from './ca/authority-backup.ts'
import type { Clock } from './clock.ts'
import { type SnapshotFigures, takeSnapshot } from './db/snapshot.ts'
import { DomainError } from './errors.ts'
import type { Logger } from './logger.ts'
import { VERSION } from './version.ts'

/** An encrypted archive that is made as it is read; to be read to its end, or returned from. */
export interface MadeBackup {
  readonly fileName: string
  readonly octets: number
  readonly manifest: Manifest
  readonly stream: AsyncGenerator<Uint8Array>
}

export interface Backups {
  /** What the names of this hub's backups begin with: several hubs may share a folder. */
  readonly prefix: string
  /** One at a time; throws `backup_running`, `backup_unavailable`, `file_unreachable` or `hub_stopping`. */
  make(contents: BackupContents, passphrase: string): Promise<MadeBackup>
  /** Ends the one that is being made. */
  stop(): void
}

export interface BackupParts {
  /** None: a hub in memory. */
  readonly files: { readonly certsDir: string; readonly dataDir: string } | undefined
  readonly caFingerprint: string
  readonly clock: Clock
  readonly logger: Logger
  readonly cost?: KeyCost | undefined
}

const COPIES = '.backup-'

/** Backups of the running hub; what one had copied is gone when it was read, or with the stack. */
export function openBackups(
  { files, caFingerprint, clock, logger, cost }: BackupParts,
  stack: AsyncDisposableStack,
): Backups {
  const prefix = `signet-${caFingerprint.replaceAll(':', '').slice(0, 8).toLowerCase()}-`
  if (!files) return { prefix, make: refuseInMemory, stop: () => undefined }
  const { certsDir: certs, dataDir: data } = files
  removeCopies(data)
  stack.defer(() => removeCopies(data))
  const stopping = new AbortController()
  const stop = (): void =>
    stopping.abort(new DomainError('hub_stopping', 'The hub is stopping: ask again when it has started'))
  stack.defer(stop)
  let isRunning = false

  return {
    prefix,
    stop,
    async make(contents, passphrase) {
      if (isRunning) throw new DomainError('backup_running', 'A backup is being made already: wait for its end')
      isRunning = true
      await using failed = new AsyncDisposableStack()
      failed.defer(() => {
        isRunning = false
      })
      const authority = await readAuthority()
      const copies = contents === 'hub' ? await copyDatabases() : undefined
      if (copies) failed.defer(copies.remove)
      const manifest = describe(contents, authority, copies?.figures)
      const entries = [...entriesOf(authority), ...(copies ? [...copies.entries, ...readAdminToken(data)] : [])]
      const { octets, stream } = await sealArchive({ passphrase, manifest, entries, cost })
      const fileName = `${prefix}${contents === 'ca' ? 'ca-' : ''}${timeInName(manifest.createdAt)}.backup`
      const released = release(stream, failed.move())
      // Entered: one that nobody ever reads must still let go of what it holds when it is returned from.
      await released.next()
      return { fileName, octets, manifest, stream: released }
    },
  }

  async function* release(stream: AsyncIterable<Uint8Array>, held: AsyncDisposableStack): AsyncGenerator<Uint8Array> {
    await using _ = held
    yield Buffer.alloc(0)
    for await (const chunk of stream) {
      stopping.signal.throwIfAborted()
      yield chunk
      // Others have their turn after each frame, however fast disk and reader are.
      await nextTurn()
    }
    logger.info({ component: 'backup' }, 'Backup handed out')
  }

  async function readAuthority(): Promise<AuthorityBackup> {
    const authority = await readAuthorityBackup(certs)
    if (authority) return authority
    throw new DomainError('file_unreachable', `${certs} holds no ca-cert.pem any more: put it back`)
  }

  async function copyDatabases() {
    const folder = mkdtempSync(join(data, COPIES))
    const remove = (): void => rmSync(folder, { recursive: true, force: true })
    const plan = (name: string) => ({ file: join(data, name), copy: join(folder, name) })
    const [registry, messages] = [plan('hub.db'), plan('mqtt.db')]
    try {
      const figures = await takeSnapshot({ registry, messages }, stopping.signal)
      const entries = [fileEntry(ENTRY.registry, registry.copy), fileEntry(ENTRY.messages, messages.copy)]
      return { figures, entries, remove }
    } catch (error) {
      remove()
      throw error
    }
  }

  function describe(contents: BackupContents, authority: AuthorityBackup, figures?: SnapshotFigures): Manifest {
    const { subject, fingerprint, keyFile, isBelowRoot, rootKeyFile } = authority
    const hasRootKey = rootKeyFile !== undefined
    return {
      format: 1,
      contents,
      version: VERSION,
      createdAt: clock().toISOString(),
      ca: { subject, fingerprint, hasKey: keyFile !== undefined, ...((isBelowRoot || hasRootKey) && { hasRootKey }) },
      ...figures,
      notIncluded: [...(keyFile ? [] : [NO_KEY]), ...(isBelowRoot && !hasRootKey ? [NO_ROOT_KEY] : [])],
    }
  }
}

const NO_KEY = 'The private key of the CA lies in no file that could be kept: whoever restores this must provide it'

const NO_ROOT_KEY = 'The private key of the root above the CA is kept elsewhere: the next CA needs it'

function entriesOf({ certificatePem, keyFile, rootKeyFile, previous }: AuthorityBackup): readonly TarEntry[] {
  return [
    createEntry(ENTRY.caCertificate, Buffer.from(certificatePem)),
    ...(keyFile ? [createEntry(ENTRY.caKey, keyFile)] : []),
    ...(rootKeyFile ? [createEntry(ENTRY.rootKey, rootKeyFile)] : []),
    ...(previous ? [createEntry(ENTRY.previousCertificate, previous.certificateFile)] : []),
    ...(previous ? [createEntry(ENTRY.previousKey, previous.keyFile)] : []),
  ]
}

/** Gone where an administrator has taken the file away. */
function readAdminToken(data: string): readonly TarEntry[] {
  const path = join(data, 'admin-token')
  return statSync(path, { throwIfNoEntry: false }) ? [createEntry(ENTRY.adminToken, readFileSync(path))] : []
}

function fileEntry(name: string, path: string): TarEntry {
  return { name, octets: statSync(path).size, read: () => createReadStream(path) }
}

function removeCopies(data: string): void {
  for (const name of readdirSync(data)) {
    if (name.startsWith(COPIES)) rmSync(join(data, name), { recursive: true, force: true })
  }
}

async function refuseInMemory(): Promise<never> {
  throw new DomainError('backup_unavailable', 'This hub keeps all it has in memory: there is nothing to back up')
}
