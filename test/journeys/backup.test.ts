import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { readArchiveFile } from '../../src/app-archive-file.ts'
import { run } from '../cli/terminal.ts'
import { PASSPHRASE, saveBackup } from '../support/backups.ts'
import { nextMessage } from '../support/next-message.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

const TOPIC = 'users/default/devices/device-001/commands'

test('all is lost but the backup: devices reconnect with what they have, and get what waited for them', async () => {
  await using folder = await temporaryFolder()
  const { device, adminToken, caFingerprint } = await live(folder.path)
  await Promise.all(['certs', 'data'].map((name) => rm(join(folder.path, name), { recursive: true })))

  const restored = await restore(folder.path)
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(restored.stdout).toContain('Restored: start the hub\n')

  await using hub = await startTestHub({ folder: folder.path })
  expect(hub.hub.caFingerprint).toBe(caFingerprint)
  expect(hub.adminToken).toBe(adminToken)
  const options = { clientId: 'device-001', clean: false, manualConnect: true }
  const client = await hub.connect(device, { clientId: 'device-001', clean: false })
  expect(options).toBeDefined()
  expect(client.connected).toBe(true)
  for (const name of ['hub.db', 'mqtt.db']) {
    using stack = new DisposableStack()
    const database = stack.adopt(new SQLite(join(hub.dataDir, name)), (open) => void open.close())
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  }
})

/** A hub with a device whose session waits for a message, backed up; then it stops. */
async function live(folder: string) {
  await using hub = await startTestHub({ folder })
  const device = await hub.enrol('device-001')
  const client = await hub.connect(device, { clientId: 'device-001', clean: false })
  await client.subscribeAsync(TOPIC, { qos: 1 })
  await client.endAsync()
  const body = { topicName: TOPIC, payload: 'waiting', qos: 1 }
  expect((await hub.api('POST', '/api/publish', { body })).status).toBe(202)
  const file = await saveBackup(hub)
  expect((await readArchiveFile(file, PASSPHRASE)).messages).toMatchObject({ sessions: 1, queued: 1 })
  return { device, file, adminToken: hub.adminToken, caFingerprint: hub.hub.caFingerprint }
}

async function restore(folder: string, ...flags: readonly string[]) {
  await writeFile(join(folder, 'passphrase'), `${PASSPHRASE}\n`)
  return run({ argv: ['restore', 'hub.backup', '--passphrase-file', 'passphrase', ...flags], cwd: folder })
}
