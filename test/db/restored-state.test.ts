import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { openMqttDatabase } from '../../src/db/mqtt/mqtt-database.ts'
import { checkMessages, checkRegistry, copyRegistry, countPresentMessages } from '../../src/db/restored-state.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { NOON } from './records.ts'

test('what was stored for who was removed is dropped, and for nobody else', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'mqtt.db')
  {
    using mqtt = openMqttDatabase({ file, durability: 'process', clock: () => NOON })
    for (const id of ['removed', 'removed-not', 'backend']) {
      const { sid } = mqtt.sessions.insert(id, { kind: id === 'backend' ? 'service' : 'device', id }, NOON)
      const { sqlite } = mqtt.database
      sqlite.prepare('insert into subscriptions values (?, ?, 1, null)').run(sid, 'a')
      sqlite.prepare('insert into incoming (sid, message_id) values (?, 1)').run(sid)
      sqlite
        .prepare(`insert into queue (position, topic, qos, retain, released, queued_at) values (?, 't', 1, 0, 0, 0)`)
        .run(sid * 2 ** 32 + 1)
      sqlite.prepare(`insert into wills (client_id, topic, qos, retain) values (?, 't', 0, 0)`).run(id)
      for (const topic of ['', '/state']) {
        sqlite.prepare(`insert into retained values (?, x'00', 1, null)`).run(`users/u/devices/${id}${topic}`)
      }
    }
  }
  checkMessages(file, [
    { kind: 'device', id: 'removed', userId: 'u' },
    { kind: 'service', id: 'backend', userId: null },
  ])
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(file), (open) => void open.close())
  const count = (table: string) => sqlite.prepare(`select count(*) from ${table}`).pluck().get()
  for (const table of ['sessions', 'subscriptions', 'incoming', 'queue', 'wills']) expect(count(table), table).toBe(1)
  expect(sqlite.prepare('select client_id from sessions').pluck().all()).toEqual(['removed-not'])
  expect(sqlite.prepare('select topic from retained order by topic').pluck().all()).toEqual([
    'users/u/devices/backend',
    'users/u/devices/backend/state',
    'users/u/devices/removed-not',
    'users/u/devices/removed-not/state',
  ])
})

test('a database of a newer Signet, and a damaged one, are refused', async () => {
  await using folder = await temporaryFolder()
  const [file, damaged] = [join(folder.path, 'hub.db'), join(folder.path, 'damaged.db')]
  openDatabase({ file })[Symbol.dispose]()
  copyFileSync(file, damaged)
  {
    using stack = new DisposableStack()
    const sqlite = stack.adopt(new SQLite(file), (open) => void open.close())
    sqlite.prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)').run('future', 4_102_444_800_000)
    const other = stack.adopt(new SQLite(damaged), (open) => void open.close())
    other.unsafeMode()
    other.pragma('writable_schema = on')
    other.exec("update sqlite_master set rootpage = 3 where name = 'devices_by_user'")
  }
  expect(() => checkRegistry(file)).toThrow(expect.objectContaining({ code: 'backup_too_new' }))
  expect(() => checkRegistry(damaged)).toThrow(expect.objectContaining({ code: 'database_corrupt' }))
})

test('a present registry that is none is told, with its own name', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'hub.db')
  writeFileSync(file, Buffer.alloc(20_000, 7))
  expect(() => copyRegistry(file, join(folder.path, 'copy.db'))).toThrow(`${file} is not a database`)
  expect(countPresentMessages(file)).toBeUndefined()
  expect(countPresentMessages(join(folder.path, 'no.db'))).toBeUndefined()
})
