import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DomainError } from '../errors.ts'

const OWNER_ONLY = 0o700

/** Makes the folder if it is missing, and its owner's alone; throws `file_unreachable`. */
export function ensureOwnFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY })
    if ((statSync(folder).mode & 0o777) !== OWNER_ONLY) chmodSync(folder, OWNER_ONLY)
  } catch (error) {
    throw new DomainError(
      'file_unreachable',
      `${folder} cannot be used as data_dir: ${(error as Error).message}; make ${dirname(folder)} writable, or set data_dir to another folder`,
      { cause: error },
    )
  }
}
