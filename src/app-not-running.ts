import { readLock } from './db/folder-lock.ts'
import { DomainError } from './errors.ts'

/** Throws `data_folder_in_use` while a hub holds the folder; `why` it has to be stopped for this. */
export function refuseWhileRunning(dataDir: string, why: string): void {
  const holder = readLock(dataDir)
  if (!holder) return
  const pid = holder.pid === undefined ? '' : ` (process ${holder.pid})`
  throw new DomainError('data_folder_in_use', `A hub${pid} uses ${dataDir}: stop it first, ${why}`)
}
