import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { DiskRoom } from '../../../src/db/mqtt/disk-room.ts'
import { mountSmallDisk } from '../../support/small-disk.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const LOG_BYTES = 5 * 1024 * 1024
const MOST_PAGES = 4_294_967_294

function openSmall(folder: string, mostPages = MOST_PAGES) {
  const file = join(folder, 'small.db')
  const sqlite = new SQLite(file)
  sqlite.pragma('journal_mode = WAL')
  sqlite.exec('create table t (b blob)')
  const room = new DiskRoom(sqlite, file, mostPages)
  const mostBytes = (): number =>
    Number(sqlite.pragma('max_page_count', { simple: true })) * Number(sqlite.pragma('page_size', { simple: true }))
  return { sqlite, room, mostBytes, [Symbol.dispose]: () => void sqlite.close() }
}

test('a database may grow by what the disk has free, less the room of its log', async () => {
  await using folder = await temporaryFolder()
  using small = openSmall(folder.path)
  const { bavail, bsize } = statfsSync(folder.path)
  small.room.look()
  expect(small.mostBytes()).toBeGreaterThan(0)
  expect(small.mostBytes()).toBeLessThan(2 * bavail * bsize)
})

test('but by no more than it may in all', async () => {
  await using folder = await temporaryFolder()
  using small = openSmall(folder.path, 100)
  small.room.look()
  expect(small.sqlite.pragma('max_page_count', { simple: true })).toBe(100)
})

test('a disk that does not say how large it is bounds nothing', async () => {
  await using folder = await temporaryFolder()
  const sqlite = new SQLite(':memory:')
  const most = sqlite.pragma('max_page_count', { simple: true })
  const room = new DiskRoom(sqlite, join(folder.path, 'none'), MOST_PAGES, () => ({
    bavail: 0,
    blocks: 0,
    bsize: 4096,
  }))
  room.look()
  expect(sqlite.pragma('max_page_count', { simple: true })).toBe(most)
})

test('a disk with plenty of room is looked at rarely', async () => {
  await using folder = await temporaryFolder()
  let looks = 0
  const room = new DiskRoom(new SQLite(':memory:'), join(folder.path, 'none'), MOST_PAGES, () => {
    looks++
    return { bavail: 1_000_000, blocks: 1_000_000, bsize: 4096 }
  })
  for (let turn = 0; turn < 32; turn++) room.look()
  expect(looks).toBe(3)
})

test('a database stops growing before its disk is full, and goes on when there is room', async (context) => {
  await using disk = await mountSmallDisk(context, 8)
  using small = openSmall(disk.path)
  const { sqlite, room, mostBytes } = small
  const grow = (): void => {
    for (;;) {
      room.look()
      sqlite.exec('insert into t values (zeroblob(50000))')
    }
  }
  expect(grow).toThrow('full')
  expect(mostBytes()).toBeLessThan(8 * 1024 * 1024 - LOG_BYTES)
  // A full disk with a log would refuse this.
  sqlite.exec('delete from t')
  sqlite.exec('insert into t values (zeroblob(50000))')

  disk.fill()
  expect(grow).toThrow('full')
  disk.free()
  room.look()
  sqlite.exec('insert into t values (zeroblob(50000))')
})
