import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import type { Packet } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { verifyArchive } from '../../src/backup/archive.ts'
import { openArchiveFile } from '../../src/backup/archive-file.ts'
import { downloadBackup, PASSPHRASE, runRestore, saveBackup } from '../support/backups.ts'
import { openConnectedClient } from '../support/raw-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const TOPIC = 'users/default/devices/device-001/commands'

test('all is lost but the backup: devices come back with what they have, and get what waited for them', async () => {
  await using folder = await temporaryFolder()
  const before = await liveAndBackUp(folder.path)
  await Promise.all(['certs', 'data'].map((name) => rm(join(folder.path, name), { recursive: true })))

  const restored = await runRestore(folder.path, 'hub.backup')
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(restored.stdout).toMatch(/Devices +1, services 1\n/)
  expect(restored.stdout).toMatch(/Sessions +1, queued messages 2\n/)
  expect(restored.stdout).toMatch(/Restored: start the hub\n$/)
  for (const name of ['hub.db', 'mqtt.db']) expect(checkIntegrity(join(folder.path, 'data', name))).toBe('ok')

  await using hub = await startTestHub({ folder: folder.path })
  expect(hub.hub.caFingerprint).toBe(before.caFingerprint)
  expect(hub.adminToken).toBe(before.adminToken)
  expect(await fetchQueue(hub, before.device)).toEqual(['first', 'second'])
})

test('what is in a backup is seen by nobody without the passphrase, and no key of a device is in it at all', async () => {
  await using hub = await startTestHub()
  const { key } = await hub.enrol('device-001')
  const octets = await downloadBackup(hub)
  for (const text of ['-----BEGIN', 'device-001', 'SQLite format', 'ca-key', hub.adminToken]) {
    expect(octets.includes(text), text).toBe(false)
  }
  await saveBackup(hub)
  await using elsewhere = await temporaryFolder()
  const flags = ['--data-dir', join(elsewhere.path, 'data'), '--certs-dir', join(elsewhere.path, 'certs')]
  expect((await runRestore(hub.folder, 'hub.backup', ...flags)).code).toBe(0)
  expect(await readdir(join(elsewhere.path, 'certs'))).toEqual(['ca-cert.pem', 'ca-key.pem'])
  const secret = key.replaceAll(/-----.*-----|\s/g, '').slice(40, 80)
  for (const name of await readdir(join(elsewhere.path, 'data'))) {
    expect(name, 'restored').toMatch(/^(?:admin-token|hub\.db|hub\.lock|mqtt\.db)$/)
    using stack = new DisposableStack()
    if (!name.endsWith('.db')) continue
    const database = stack.adopt(new SQLite(join(elsewhere.path, 'data', name)), (open) => void open.close())
    expect(database.serialize().includes(secret), name).toBe(false)
  }
})

test('a backup under load is of one moment, and costs no acknowledged message', async () => {
  await using folder = await temporaryFolder()
  const acknowledged = await publishDuringBackup(folder.path)
  const present = readNumbers(join(folder.path, 'data/mqtt.db'))
  expect(present.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, index) => index))

  expect((await runRestore(folder.path, 'hub.backup')).code).toBe(0)
  const restored = readNumbers(join(folder.path, 'data/mqtt.db'))
  expect(restored.length).toBeGreaterThan(0)
  expect(restored).toEqual(present.slice(0, restored.length))
  expect(checkIntegrity(join(folder.path, 'data/mqtt.db'))).toBe('ok')
})

/** How many messages were acknowledged, of those that were published before, while and after it was made. */
async function publishDuringBackup(folder: string): Promise<number> {
  await using hub = await startTestHub({ folder })
  const away = await hub.enrolService('away', ['load'])
  using session = await openConnectedClient(hub, away, { clean: false })
  session.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'load', qos: 1 }] })
  await session.next('suback')
  session.send({ cmd: 'disconnect' })
  await session.closed
  const publisher = await hub.connect(away, { clientId: 'away:publisher' })
  const publish = (number: number) => publisher.publishAsync('load', String(number), { qos: 1 })
  let acknowledged = 0
  while (acknowledged < 50) await publish(acknowledged++)
  let isMade = false
  const saved = saveBackup(hub).finally(() => {
    isMade = true
  })
  while (!isMade) await Promise.all(Array.from({ length: 20 }, () => publish(acknowledged++)))
  await saved
  return acknowledged
}

function readNumbers(file: string): readonly number[] {
  using stack = new DisposableStack()
  const database = stack.adopt(new SQLite(file, { readonly: true }), (open) => void open.close())
  return database.prepare<[], Buffer | string>('select payload from queue order by position').pluck().all().map(Number)
}

/** A hub with a device whose session waits for two messages, backed up; then it stops. */
async function liveAndBackUp(folder: string) {
  await using hub = await startTestHub({ folder })
  const device = await hub.enrol('device-001')
  await hub.enrolService('backend', ['users/#'])
  using client = await openConnectedClient(hub, device, { clean: false })
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: TOPIC, qos: 1 }] })
  await client.next('suback')
  client.send({ cmd: 'disconnect' })
  await client.closed
  for (const payload of ['first', 'second']) {
    const body = { topicName: TOPIC, payload, qos: 1 }
    expect((await hub.api('POST', '/api/publish', { body })).status).toBe(202)
  }
  const file = await saveBackup(hub)
  expect(await verifyArchive(openArchiveFile(file), PASSPHRASE)).toMatchObject({
    ca: { fingerprint: hub.hub.caFingerprint, hasKey: true },
    registry: { devices: 1, services: 1, certificates: 2, revoked: 0 },
    messages: { sessions: 1, queued: 2 },
    notIncluded: [],
  })
  return { device, adminToken: hub.adminToken, caFingerprint: hub.hub.caFingerprint }
}

async function fetchQueue(hub: TestHub, device: Enrolled): Promise<readonly string[]> {
  using client = await openConnectedClient(hub, device, { clean: false })
  const payloads: string[] = []
  await new Promise<void>((resolve) => {
    const take = (packet: Packet): void => {
      if (packet.cmd !== 'publish') return
      client.send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
      if (payloads.push(packet.payload.toString()) === 2) resolve()
    }
    client.received.forEach(take)
    client.socket.on('packet', take)
  })
  return payloads
}

function checkIntegrity(file: string): unknown {
  using stack = new DisposableStack()
  const database = stack.adopt(new SQLite(file, { readonly: true }), (open) => void open.close())
  return database.pragma('integrity_check', { simple: true })
}
