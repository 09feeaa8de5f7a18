import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { extract } from '../src/app-restore-extract.ts'
import { createEntry } from '../src/backup/archive.ts'
import { readTar, writeTar } from '../src/backup/tar.ts'
import { streamOf } from './support/backups.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

test('only what is of a hub is taken out of an archive, and all of it must be there', async () => {
  await using folder = await temporaryFolder()
  const stage = { data: join(folder.path, 'data'), certs: join(folder.path, 'certs') }
  await Promise.all(Object.values(stage).map((path) => mkdir(path)))
  const read = async (...names: readonly string[]) => {
    const tar = await Array.fromAsync(
      writeTar(
        names.map((name) => createEntry(name, Buffer.from(name))),
        new Date(0),
      ),
    )
    return extract(readTar(streamOf(...tar)), stage, { contents: 'hub', isPreview: true })
  }
  for (const name of ['../data/hub.db', '/etc/passwd', 'certs/devices/a-key.pem', 'constructor']) {
    await expect(read(name)).rejects.toMatchObject({ code: 'backup_damaged', message: expect.stringContaining(name) })
  }
  await expect(read('certs/ca-cert.pem', 'data/hub.db')).rejects.toThrow('This backup lacks data/mqtt.db')
  expect(await readdir(stage.data)).toEqual(['hub.db'])
  expect(await readdir(stage.certs)).toEqual([])
})
