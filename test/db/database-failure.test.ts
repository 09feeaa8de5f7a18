import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { databaseFailure } from '../../src/db/database-failure.ts'
import { DomainError } from '../../src/errors.ts'

describe('what SQLite reports of a file', () => {
  for (const { resultCode, code, sentence } of [
    { resultCode: 'SQLITE_NOTADB', code: 'database_corrupt', sentence: 'is not a database' },
    { resultCode: 'SQLITE_CORRUPT', code: 'database_corrupt', sentence: 'is damaged' },
    { resultCode: 'SQLITE_CORRUPT_INDEX', code: 'database_corrupt', sentence: 'is damaged' },
    { resultCode: 'SQLITE_BUSY', code: 'file_unreachable', sentence: 'is locked by another process' },
    { resultCode: 'SQLITE_BUSY_RECOVERY', code: 'file_unreachable', sentence: 'is locked by another process' },
    { resultCode: 'SQLITE_FULL', code: 'file_unreachable', sentence: 'the disk is full' },
    { resultCode: 'SQLITE_CANTOPEN', code: 'file_unreachable', sentence: 'check the owner and mode' },
    { resultCode: 'SQLITE_READONLY_DIRECTORY', code: 'file_unreachable', sentence: 'check the owner and mode' },
    { resultCode: 'SQLITE_IOERR_FSYNC', code: 'file_unreachable', sentence: 'check that its disk has room' },
  ]) {
    test(`${resultCode} becomes ${code}: ${sentence}`, () => {
      const cause = new SQLite.SqliteError('no', resultCode)
      const failure = databaseFailure('data/hub.db', cause)
      expect(failure).toBeInstanceOf(DomainError)
      expect(failure).toMatchObject({ code, cause, message: expect.stringContaining(`data/hub.db`) })
      expect(failure).toMatchObject({ message: expect.stringContaining(sentence) })
    })
  }
})

describe('an error of the file system names the file and what to look at', () => {
  for (const { code, sentence } of [
    { code: 'EACCES', sentence: 'check the owner and mode of the file and of its folder' },
    { code: 'EPERM', sentence: 'check the owner and mode of the file and of its folder' },
    { code: 'EROFS', sentence: 'its file system is mounted read-only' },
    { code: 'ENOSPC', sentence: 'the disk is full, make room' },
    { code: 'EIO', sentence: 'EIO: no' },
  ]) {
    test(code, () => {
      const cause = Object.assign(new Error(`${code}: no`), { code, syscall: 'chmod', path: 'data/hub.db-wal' })
      expect(databaseFailure('data/hub.db', cause)).toMatchObject({
        code: 'file_unreachable',
        message: `data/hub.db-wal cannot be read and written: ${sentence}`,
        cause,
      })
    })
  }

  test('that was opened, where it names none itself', () => {
    const cause = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'fsync' })
    expect(databaseFailure('data/hub.db', cause)).toMatchObject({
      message: 'data/hub.db cannot be read and written: check the owner and mode of the file and of its folder',
    })
  })
})

for (const error of [
  new SQLite.SqliteError('syntax error', 'SQLITE_ERROR'),
  new DomainError('database_too_new', 'install that version'),
  new TypeError('a bug'),
  'not even an error',
]) {
  test(`${error} is nothing the file could cause and stays what it is`, () => {
    expect(databaseFailure('data/hub.db', error)).toBe(error)
  })
}
