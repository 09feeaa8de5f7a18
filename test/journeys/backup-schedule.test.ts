import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyArchive } from '../../src/backup/archive.ts'
import { openArchiveFile } from '../../src/backup/archive-file.ts'
import { PASSPHRASE } from '../support/backups.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const HOUR_MS = 3_600_000

test('backups are made as often as they are wanted, and the oldest go', async () => {
  await using folder = await temporaryFolder()
  const backups = join(folder.path, 'backups')
  const backup = { schedule: '1h', folder: backups, keep: 2, passphrase: PASSPHRASE }
  await using hub = await startTestHub({ folder: folder.path, settings: { backup } })
  expect(await readWarning(hub)).toBe('No backup was made yet')
  await mkdir(backups)
  const stranger = 'signet-00000000-2020-01-01T000000Z.backup'
  await writeFile(join(backups, stranger), 'of another hub')

  await hub.hub.sweep()
  const [first = ''] = await own()
  expect((await stat(join(backups, first))).mode & 0o777).toBe(0o600)
  expect(await readWarning(hub)).toBeUndefined()
  expect(await verifyArchive(openArchiveFile(join(backups, first)), PASSPHRASE)).toMatchObject({ contents: 'hub' })

  await hub.hub.sweep()
  expect(await own()).toEqual([first])
  for (const _ of [1, 2]) {
    hub.clock.advance(HOUR_MS)
    await hub.hub.sweep()
  }
  const kept = await own()
  const { items } = (await hub.api('GET', '/api/audit?action=backup')).json()
  expect(items.map((item: { actor: string; object: string }) => `${item.actor} ${item.object}`)).toEqual(
    [...kept.toReversed(), first].map((name) => `hub ${name}`),
  )
  expect(kept).toHaveLength(2)
  expect(kept).not.toContain(first)
  expect(await readdir(backups)).toContain(stranger)
  expect((await readdir(hub.dataDir)).filter((name) => name.startsWith('.'))).toEqual([])

  async function own(): Promise<readonly string[]> {
    return (await readdir(backups)).filter((name) => name !== stranger).sort()
  }
})

test('a backup that fails is told, leaves nothing, removes none, and is tried again', async () => {
  await using folder = await temporaryFolder()
  const backups = join(folder.path, 'backups')
  const backup = { schedule: '* * * * *', folder: backups, keep: 1, passphrase: PASSPHRASE }
  await using hub = await startTestHub({ folder: folder.path, settings: { backup } })
  const failures: string[] = []
  using _ = hub.hub.events.subscribe('backup.failed', ({ reason }) => failures.push(reason))
  await hub.hub.sweep()
  const [first] = await readdir(backups)

  hub.clock.advance(HOUR_MS)
  await rm(join(hub.certsDir, 'ca-cert.pem'))
  await hub.hub.sweep()
  expect(failures).toEqual([expect.stringContaining('holds no ca-cert.pem any more')])
  expect(await readWarning(hub)).toBe('The last backup failed: the log says why')
  expect(await readdir(backups)).toEqual([first])

  await writeFile(join(hub.certsDir, 'ca-cert.pem'), hub.ca)
  await hub.hub.sweep()
  expect(await readdir(backups)).toEqual([first])
  hub.clock.advance(600_000)
  await hub.hub.sweep()
  expect(await readWarning(hub)).toBeUndefined()
  const [second, ...others] = await readdir(backups)
  expect(others).toEqual([])
  expect(second).not.toBe(first)
})

test('a schedule is taken from a configuration that is read again; a backup that stays away is told', async () => {
  await using folder = await temporaryFolder()
  const backups = join(folder.path, 'backups')
  await using hub = await startTestHub({ folder: folder.path })
  expect(await readWarning(hub)).toBeUndefined()
  const backup = { schedule: '0 3 * * *', folder: backups, passphrase: PASSPHRASE }
  expect((await hub.reload({ backup })).json().applied).toEqual([
    'backup.schedule',
    'backup.folder',
    'backup.passphrase',
  ])
  await hub.hub.sweep()
  const [name] = await readdir(backups)
  expect(name).toMatch(/^signet-[0-9a-f]{8}-\d{4}-\d\d-\d\dT\d{6}Z\.backup$/)
  hub.clock.advance(49 * HOUR_MS)
  expect(await readWarning(hub)).toMatch(/^The last backup is of 20/)
  expect(JSON.stringify(hub.log.lines)).not.toContain(PASSPHRASE)
})

async function readWarning(hub: TestHub): Promise<string | undefined> {
  const answer = await hub.api('GET', '/readyz')
  expect(answer.status).toBe(200)
  return answer.json().checks.find(({ name }: { name: string }) => name === 'backup').warning
}
