import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTar, type TarEntry, tarOctets, writeTar } from '../../src/backup/tar.ts'
import { streamOf } from '../support/backups.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const AT = new Date('2026-11-22T12:00:00.000Z')
const ENTRIES: readonly TarEntry[] = [entry('data/one', 'first'), entry('two', 'x'.repeat(1024)), entry('three', '')]

test('tar reads what is written', async (context) => {
  needPrograms(context, 'tar')
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'a.tar'), await write(ENTRIES))
  const { stdout, status } = spawnSync('tar', ['--utc', '-tvf', 'a.tar'], { cwd: folder.path, encoding: 'utf8' })
  expect(status).toBe(0)
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^-rw------- 0\/0 +5 2026-11-22 12:00 data\/one$/),
    expect.stringMatching(/ 1024 .* two$/),
    expect.stringMatching(/ 0 .* three$/),
  ])
  const { stdout: text } = spawnSync('tar', ['-xOf', 'a.tar', 'data/one'], { cwd: folder.path, encoding: 'utf8' })
  expect(text).toBe('first')
})

test('what is written is read, a body that nobody wants passed over', async () => {
  const octets = await write(ENTRIES)
  expect(octets).toHaveLength(tarOctets(ENTRIES))
  const names: string[] = []
  for await (const { name } of readTar(streamOf(octets))) names.push(name)
  expect(names).toEqual(['data/one', 'two', 'three'])
})

test('a file past 8 GiB is written with its size in base 256, as GNU tar reads it', async () => {
  const large = { name: 'large', octets: 8 * 2 ** 30, read: () => [] }
  const { value: header } = await writeTar([large], AT).next()
  const [found] = [await readTar(streamOf(header ?? Buffer.alloc(0))).next()]
  expect(found.value).toMatchObject({ name: 'large', octets: 8 * 2 ** 30 })
})

test('a file that is not as long as it was is an error', async () => {
  const shrunk = { ...entry('data/one', 'first'), octets: 6 }
  await expect(write([shrunk])).rejects.toThrow('data/one changed while it was archived')
})

test('what is no tar, or ends within it, is refused', async () => {
  const octets = await write(ENTRIES)
  const changed = Buffer.from(octets)
  changed.write('9', 0)
  for (const wrong of [changed, octets.subarray(0, 300), octets.subarray(0, 1024)]) {
    await expect(Array.fromAsync(readTar(streamOf(wrong)))).rejects.toMatchObject({ code: 'backup_damaged' })
  }
})

function entry(name: string, text: string): TarEntry {
  return { name, octets: text.length, read: () => [Buffer.from(text)] }
}

async function write(entries: readonly TarEntry[]): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(writeTar(entries, AT)))
}
