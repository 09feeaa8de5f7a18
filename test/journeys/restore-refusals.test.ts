import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, cp, mkdir, readdir, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub as startMemoryHub } from '../../src/testing.ts'
import { run } from '../cli/terminal.ts'
import { runRestore, saveBackup } from '../support/backups.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Enrolled, startTestHub } from '../support/test-hub.ts'

const stack = new AsyncDisposableStack()
let source: string
let device: Enrolled

beforeAll(async () => {
  await using hub = await startTestHub({ folder: stack.use(await temporaryFolder()).path })
  source = hub.folder
  device = await hub.enrol('device-001')
  await saveBackup(hub)
})
afterAll(() => stack.disposeAsync())

/** Puts a hub there that was backed up and has stopped. */
const backedUp = (folder: string): Promise<void> => cp(source, folder, { recursive: true })

describe('a restore is refused, and nothing has changed, with', () => {
  for (const { name, spoil, flags = [], code, sentence } of [
    {
      name: 'another passphrase',
      spoil: (folder: string) => writeFile(join(folder, 'other'), 'another passphrase'),
      flags: ['--passphrase-file', 'other'],
      code: 1,
      sentence: /^signet: The passphrase is not the one that this backup was made with\n$/,
    },
    {
      name: 'a file that is not there',
      spoil: (folder: string) => rm(join(folder, 'hub.backup')),
      code: 1,
      sentence: /^signet: hub\.backup cannot be read: ENOENT\n$/,
    },
    {
      name: 'a backup that was cut short',
      spoil: (folder: string) => truncate(join(folder, 'hub.backup'), 200_000),
      code: 1,
      sentence: /^signet: This backup was cut short or changed after it was made: take another one\n$/,
    },
    {
      name: 'another file',
      spoil: (folder: string) => copyFile(join(folder, 'certs/ca-cert.pem'), join(folder, 'hub.backup')),
      code: 1,
      sentence: /^signet: This is no backup of Signet, or its beginning is damaged\n$/,
    },
    {
      name: 'a present registry that cannot be read',
      spoil: (folder: string) => writeFile(join(folder, 'data/hub.db'), Buffer.alloc(20_000, 7)),
      code: 1,
      sentence: /^signet: .*hub\.db cannot be read, and what was revoked since the backup would be good again/,
    },
  ]) {
    test(name, async () => {
      await using folder = await temporaryFolder()
      await backedUp(folder.path)
      await spoil(folder.path)
      const before = contentsOf(folder.path)
      const finished = await runRestore(folder.path, 'hub.backup', ...flags)
      expect([finished.code, finished.stdout]).toEqual([code, ''])
      expect(finished.stderr).toMatch(sentence)
      expect(contentsOf(folder.path)).toEqual(before)
    })
  }

  test('a hub that runs; what it would cost is told all the same', async () => {
    await using folder = await temporaryFolder()
    await backedUp(folder.path)
    await using hub = await startTestHub({ folder: folder.path })
    await hub.enrol('device-002')
    const { code, stderr } = await runRestore(folder.path, 'hub.backup', '--force')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^signet: Another hub \(process \d+\) uses .*data: stop it/)
    const preview = await runRestore(folder.path, 'hub.backup', '--dry-run')
    expect(preview.code).toBe(0)
    expect(preview.stdout).toContain('Would be lost, devices: 1 (device-002)\n')
    expect((await hub.api('GET', '/readyz')).status).toBe(200)
  })

  test('a disk that has no room for it', async (context) => {
    await using disk = await mountSmallDisk(context, 2)
    await using folder = await temporaryFolder()
    await backedUp(folder.path)
    await Promise.all(['certs', 'data'].map((name) => mkdir(join(disk.path, name))))
    disk.fill()
    const places = ['--data-dir', join(disk.path, 'data'), '--certs-dir', join(disk.path, 'certs')]
    const { code, stderr } = await runRestore(folder.path, 'hub.backup', ...places)
    expect(code).toBe(78)
    expect(stderr).toMatch(/ENOSPC|disk is full/)
    expect(await readdir(join(disk.path, 'certs'))).toEqual([])
    expect((await readdir(join(disk.path, 'data'))).filter((name) => !name.startsWith('hub.lock'))).toEqual([])
  })
})

test('over a registry that cannot be read it is forced, and that one is kept', async () => {
  await using folder = await temporaryFolder()
  await backedUp(folder.path)
  await writeFile(join(folder.path, 'data/hub.db'), Buffer.alloc(20_000, 7))
  const { code, stdout } = await runRestore(folder.path, 'hub.backup', '--force')
  expect(code).toBe(0)
  const [, aside = ''] = /kept in (\S+)/.exec(stdout) ?? []
  expect(readFileSync(join(folder.path, aside, 'hub.db'))).toEqual(Buffer.alloc(20_000, 7))
  await using hub = await startTestHub({ folder: folder.path })
  await hub.connect(device, { clientId: 'device-001' })
})

test('a disk that is full while revocations are read is no registry that cannot be read: force changes nothing', async (context) => {
  await using disk = await mountSmallDisk(context, 6)
  await using folder = await temporaryFolder()
  await backedUp(folder.path)
  {
    await using hub = await startTestHub({ folder: folder.path })
    await hub.api('DELETE', '/api/devices/certificates/device-001')
  }
  await Promise.all(['certs', 'data'].map((name) => mkdir(join(disk.path, name))))
  for (const name of ['certs/ca-cert.pem', 'certs/ca-key.pem', 'data/hub.db', 'data/mqtt.db', 'data/admin-token']) {
    await copyFile(join(folder.path, name), join(disk.path, name))
  }
  const before = contentsOf(disk.path)
  const places = ['--data-dir', join(disk.path, 'data'), '--certs-dir', join(disk.path, 'certs')]
  for (let room = 100; room < 1200; room += 150) {
    await leaveRoom(disk.path, room * 1024)
    const { code } = await runRestore(folder.path, 'hub.backup', '--force', ...places)
    await rm(join(disk.path, 'ballast'))
    if (code === 0) break
    expect(contentsOf(disk.path)).toEqual(before)
  }
  await using hub = await startTestHub({ folder: disk.path })
  const answer = await hub.api('GET', '/api/devices/certificates/device-001')
  expect(answer.json().isValid).toBe(false)
})

test('a hub in memory has nothing to back up', async () => {
  await using hub = await startMemoryHub()
  const body = JSON.stringify({ passphrase: 'correct horse battery staple' })
  const answer = await hub.fetch('/api/backup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(await answer.json()).toMatchObject({ status: 409, code: 'backup_unavailable' })
})

test('one backup is made at a time, and who goes away in the middle holds nothing up', async () => {
  await using hub = await startTestHub()
  const body = { passphrase: 'correct horse battery staple' }
  const [one, other] = await Promise.all([1, 2].map(() => hub.api('POST', '/api/backup', { body })))
  expect([one?.status, other?.status].toSorted()).toEqual([200, 409])
  // Who has gone away in the middle holds nothing up.
  const response = await hub.hub.fetch(
    new Request('https://localhost/api/backup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
  const reader = response.body?.getReader()
  await reader?.read()
  expect((await hub.api('POST', '/api/backup', { body })).json().code).toBe('backup_running')
  await reader?.cancel()
  expect((await hub.api('POST', '/api/backup', { body })).status).toBe(200)
  expect(readdirSync(hub.dataDir).filter((name) => name.startsWith('.'))).toEqual([])
})

test('what a kill has left of a copy is gone with the next start', async () => {
  await using folder = await temporaryFolder()
  await backedUp(folder.path)
  await mkdir(join(folder.path, 'data/.backup-half'))
  await mkdir(join(folder.path, 'certs/.restore-new'))
  await using hub = await startTestHub({ folder: folder.path })
  expect(existsSync(join(hub.dataDir, '.backup-half'))).toBe(false)
  expect(existsSync(join(hub.certsDir, '.restore-new'))).toBe(false)
  expect((await run({ argv: ['restore', '--help'], cwd: folder.path })).stdout).toContain('--dry-run')
})

async function leaveRoom(path: string, octets: number): Promise<void> {
  const { bavail, bsize } = await statfs(path)
  await writeFile(join(path, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - octets)))
}

/** Every file with its octets, but for the empty lock. */
function contentsOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/hub\.lock$|passphrase$|ballast$/.test(path))
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(path).toString('base64')]))
}
