import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureOwnFolder } from '../../src/db/data-folder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test("a data folder is made with its parents, and is its owner's alone", async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'state', 'hub')
  ensureOwnFolder(path)
  expect(statSync(path).mode & 0o777).toBe(0o700)
})

test('a data folder that others may enter is closed to them', async () => {
  await using folder = await temporaryFolder()
  chmodSync(folder.path, 0o755)
  ensureOwnFolder(folder.path)
  expect(statSync(folder.path).mode & 0o777).toBe(0o700)
})

test('a data folder that cannot be made is a sentence with its path and the mend', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  expect(() => ensureOwnFolder(join(file, 'data'))).toThrow(
    expect.objectContaining({
      code: 'file_unreachable',
      message: expect.stringMatching(/data cannot be used as data_dir: .*ENOTDIR.*set data_dir/),
    }),
  )
})
