import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { saveArchive } from '../../src/backup/archive-file.ts'
import { PASSPHRASE, seal, streamOf } from '../support/backups.ts'
import { CHEAP } from '../support/cheap-guesses.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const manifest = {
  format: 1,
  contents: 'ca',
  version: '0.1.0',
  createdAt: '2026-11-22T12:00:00.000Z',
  ca: { subject: 'CN=Root', fingerprint: 'AA', hasKey: false },
  notIncluded: [],
} as const
const octets = await seal({ passphrase: PASSPHRASE, manifest, entries: [], cost: CHEAP })

test('an archive is kept for its owner alone, once it was read back', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.backup')
  expect(await saveArchive(streamOf(octets), path, PASSPHRASE)).toEqual(manifest)
  expect(await readFile(path)).toEqual(octets)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('one that cannot be read back leaves the older one in its place', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.backup')
  await writeFile(path, 'older')
  const half = octets.subarray(0, octets.length / 2)
  await expect(saveArchive(streamOf(half), path, PASSPHRASE)).rejects.toMatchObject({ code: 'backup_damaged' })
  expect(await readdir(folder.path)).toEqual(['a.backup'])
  expect(await readFile(path, 'utf8')).toBe('older')
})

test('a place that takes no file is named, with what mends it where that is known', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  for (const { path, reason } of [
    { path: join(folder.path, 'no/a.backup'), reason: 'there is no such folder: make it' },
    { path: join(file, 'a.backup'), reason: 'ENOTDIR' },
    { path: folder.path, reason: 'it is a folder: name a file' },
  ]) {
    await expect(saveArchive(streamOf(octets), path, PASSPHRASE)).rejects.toMatchObject({
      code: 'file_unreachable',
      message: `${path} cannot be written: ${reason}`,
    })
  }
})
