import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Comparison, comparePresent } from './app-restore-comparison.ts'
import { extract } from './app-restore-extract.ts'
import { openArchive } from './backup/archive.ts'
import { openArchiveFile } from './backup/archive-file.ts'
import type { BackupContents, Manifest } from './backup/manifest.ts'
import {
  asideFolder,
  decideSwap,
  discardStage,
  type Folders,
  findFreeId,
  finishSwap,
  openStage,
  type SwapPlan,
} from './backup/swap.ts'
import { timeInName } from './backup/time-in-name.ts'
import type { Clock } from './clock.ts'
import { ensureOwnFolder } from './db/data-folder.ts'
import { databaseFailure } from './db/database-failure.ts'
import { lockFolder } from './db/folder-lock.ts'
import { DomainError } from './errors.ts'

export interface RestoreRequest {
  readonly folders: Folders
  readonly file: string
  readonly passphrase: string
  /** What of the archive is wanted. */
  readonly contents: BackupContents
  /** Goes over what else would be refused. */
  readonly isForced: boolean
  readonly clock: Clock
  /** Told to whoever finds the data folder in use. */
  readonly pid: number
}

export interface RestoreReport extends Comparison {
  readonly backup: Manifest
  /** Folders with the files that were replaced; none: there were none. */
  readonly aside: Partial<Folders>
}

/** What a restore would cost, and what stands in its way; changes nothing, and a hub may run meanwhile. */
export async function previewRestore(request: RestoreRequest): Promise<RestoreReport> {
  const workspace = await mkdtemp(join(tmpdir(), 'signet-restore-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(workspace, { recursive: true, force: true }))
  const stage = { data: join(workspace, 'data'), certs: join(workspace, 'certs') }
  await Promise.all([mkdir(stage.data), mkdir(stage.certs)])
  const { manifest, found } = await readBackup(request, stage, true)
  return { ...(await comparePresent({ ...request, manifest, stage, found }, undefined)), backup: manifest, aside: {} }
}

/**
 * Puts a backup in the place of the present state, which is kept aside. Whatever fails, or kills it, leaves the old state
 * or the new one. Throws what stands in its way, and `data_folder_in_use`.
 */
export async function restoreBackup(request: RestoreRequest): Promise<RestoreReport> {
  const { folders, clock, isForced } = request
  ensureOwnFolder(folders.data)
  using _ = lockFolder(folders.data, request.pid)
  // Of an earlier one that was killed.
  finishSwap(folders.data)
  try {
    await mkdir(folders.certs, { recursive: true })
    await Promise.all([folders.data, folders.certs].map((folder) => access(folder, constants.W_OK)))
    const stage = openStage(folders)
    const { manifest, found } = await readBackup(request, stage, false)
    const comparison = await comparePresent({ ...request, manifest, stage, found }, clock())
    const [obstacle] = comparison.obstacles
    if (obstacle && !isForced)
      throw new DomainError(obstacle.code, `${obstacle.sentence}; --force restores all the same`)
    const id = findFreeId(folders, timeInName(clock().toISOString()))
    const plan = { id, folders, ...comparison.exchange }
    decideSwap(plan)
    finishSwap(folders.data)
    return { ...comparison, backup: manifest, aside: await findAside(plan) }
  } catch (error) {
    throw databaseFailure(folders.data, error)
  } finally {
    discardStage(folders)
  }
}

async function readBackup({ file, passphrase, contents }: RestoreRequest, stage: Folders, isPreview: boolean) {
  const { manifest, entries } = await openArchive(openArchiveFile(file), passphrase)
  if (contents === 'hub' && manifest.contents !== 'hub') {
    throw new DomainError('backup_unavailable', 'This is a backup of a CA alone: signet ca restore takes it')
  }
  if (contents === 'ca' && !manifest.ca.hasKey) {
    throw new DomainError('backup_unavailable', 'This backup holds no key of its CA: there is nothing to restore')
  }
  return { manifest, found: await extract(entries, stage, { contents, isPreview }) }
}

async function findAside(plan: SwapPlan): Promise<Partial<Folders>> {
  const [data, certs] = [asideFolder(plan, 'data'), asideFolder(plan, 'certs')]
  return { ...((await isThere(data)) ? { data } : {}), ...((await isThere(certs)) ? { certs } : {}) }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
