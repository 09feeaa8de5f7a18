import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WriteAheadLog } from '../../src/db/write-ahead-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('the log of a database is waited for, again and again, also by many at once', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.db')
  closeSync(openSync(`${file}-wal`, 'w'))
  using log = new WriteAheadLog(file)
  await Promise.all([log.sync(), log.sync()])
  await log.sync()
})

test('a log that is not there is an error for whoever waits, and none for whoever ends', async () => {
  await using folder = await temporaryFolder()
  using log = new WriteAheadLog(join(folder.path, 'hub.db'))
  await expect(log.sync()).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' })
})
