import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { refuseWhileRunning } from '../src/app-not-running.ts'
import { lockFolder } from '../src/db/folder-lock.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test('what a running hub forbids names its process, where that is known, and why it has to be stopped', async () => {
  await using folder = await temporaryFolder()
  const refuse = () => refuseWhileRunning(folder.path, 'because it reads the key')
  refuse()
  {
    using _lock = lockFolder(folder.path, 4711)
    const sentence = `uses ${folder.path}: stop it first, because it reads the key`
    expect(refuse).toThrow(`A hub (process 4711) ${sentence}`)
    await rm(join(folder.path, 'hub.pid'))
    expect(refuse).toThrow(`A hub ${sentence}`)
  }
  refuse()
})
