import SQLite from 'better-sqlite3'
import { DomainError, type ErrorCode } from '../errors.ts'

interface Verdict {
  readonly resultCode: RegExp
  readonly code: ErrorCode
  readonly sentence: (file: string) => string
}

// https://sqlite.org/rescode.html: an extended code begins with the name of its primary code.
const VERDICTS: readonly Verdict[] = [
  { resultCode: /^SQLITE_NOTADB/, code: 'database_corrupt', sentence: (file) => sayDamaged(file, 'not a database') },
  { resultCode: /^SQLITE_CORRUPT/, code: 'database_corrupt', sentence: (file) => sayDamaged(file, 'damaged') },
  {
    resultCode: /^SQLITE_(BUSY|LOCKED)/,
    code: 'file_unreachable',
    sentence: (file) => `${file} is locked by another process: end what else has it open`,
  },
  {
    resultCode: /^SQLITE_FULL/,
    code: 'file_unreachable',
    sentence: (file) => `${file} cannot be written because the disk is full: make room`,
  },
  {
    resultCode: /^SQLITE_IOERR/,
    code: 'file_unreachable',
    sentence: (file) => `${file} cannot be read and written: check that its disk has room and reports no errors`,
  },
  {
    resultCode: /^SQLITE_(CANTOPEN|READONLY|PERM)/,
    code: 'file_unreachable',
    sentence: (file) => `${file} cannot be read and written: ${CHECK_OWNER}`,
  },
]

const CHECK_OWNER = 'check the owner and mode of the file and of its folder'

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['EACCES', CHECK_OWNER],
  ['EPERM', CHECK_OWNER],
  ['EROFS', 'its file system is mounted read-only'],
  ['ENOSPC', 'the disk is full, make room'],
])

/** The error to throw when this file could not be used: a sentence where the cause is the file, else the error itself. */
export function databaseFailure(file: string, error: unknown): unknown {
  if (error instanceof SQLite.SqliteError) {
    const verdict = VERDICTS.find(({ resultCode }) => resultCode.test(error.code))
    return verdict ? new DomainError(verdict.code, verdict.sentence(file), { cause: error }) : error
  }
  if (isSystemError(error)) {
    const { path = file, code = '' } = error
    const advice = ADVICE.get(code) ?? error.message
    return new DomainError('file_unreachable', `${path} cannot be read and written: ${advice}`, { cause: error })
  }
  return error
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

export function databaseCorrupt(file: string, finding: string, cause?: unknown): DomainError {
  return new DomainError('database_corrupt', sayDamaged(file, finding), { cause })
}

function sayDamaged(file: string, finding: string): string {
  return `${file} is ${finding}: restore a backup (signet restore), or move it away together with its -wal and -shm files to begin with an empty registry`
}
