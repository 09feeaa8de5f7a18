import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockFolder, readLock } from '../../src/db/folder-lock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startProcess } from './process.ts'

describe('a data folder', () => {
  test('belongs to one hub until that one lets go', async () => {
    await using folder = await temporaryFolder()
    {
      using _lock = lockFolder(folder.path, 123)
      expect(() => lockFolder(folder.path, 456)).toThrow(
        expect.objectContaining({
          code: 'data_folder_in_use',
          message: `Another hub (process 123) uses ${folder.path}: stop it, or give this one its own data_dir`,
        }),
      )
      expect(readLock(folder.path)).toStrictEqual({ pid: 123 })
      expect(() => lockFolder(folder.path, 456)).toThrow('Another hub (process 123)')
    }
    expect(readLock(folder.path)).toBeUndefined()
    expect(readdirSync(folder.path)).toStrictEqual(['hub.lock'])
    using _lock = lockFolder(folder.path, 456)
    expect(readLock(folder.path)).toStrictEqual({ pid: 456 })
  })

  test('is let go once, however often the lock is disposed', async () => {
    await using folder = await temporaryFolder()
    const first = lockFolder(folder.path, 123)
    first[Symbol.dispose]()
    using _second = lockFolder(folder.path, 456)
    first[Symbol.dispose]()
    expect(readLock(folder.path)).toStrictEqual({ pid: 456 })
  })

  test('is locked by files that only their owner reads', async () => {
    await using folder = await temporaryFolder()
    using _lock = lockFolder(folder.path, 123)
    for (const name of readdirSync(folder.path)) expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder.path)).toStrictEqual(['hub.lock', 'hub.pid'])
    expect(readFileSync(join(folder.path, 'hub.pid'), 'utf8')).toBe('123\n')
  })

  for (const text of ['', 'half', '-1', '1.5']) {
    test(`is refused without a process when hub.pid says ${JSON.stringify(text)}`, async () => {
      await using folder = await temporaryFolder()
      using _lock = lockFolder(folder.path, 123)
      writeFileSync(join(folder.path, 'hub.pid'), text)
      expect(readLock(folder.path)).toStrictEqual({ pid: undefined })
      expect(() => lockFolder(folder.path, 456)).toThrow(`Another hub uses ${folder.path}`)
    })
  }

  test('is refused without a process while hub.pid is not yet written', async () => {
    await using folder = await temporaryFolder()
    using _lock = lockFolder(folder.path, 123)
    rmSync(join(folder.path, 'hub.pid'))
    expect(readLock(folder.path)).toStrictEqual({ pid: undefined })
  })

  // fcntl(2): a process that closes any descriptor of a file drops all its locks on it.
  test('stays locked to other processes after refusals and questions in the process that holds it', async () => {
    await using folder = await temporaryFolder()
    using _lock = lockFolder(folder.path, 123)
    expect(() => lockFolder(folder.path, 456)).toThrow()
    expect(readLock(folder.path)).toStrictEqual({ pid: 123 })
    await using stranger = startProcess(`
      const { lockFolder, readLock } = await import(src('db/folder-lock.ts'))
      const holder = readLock(${JSON.stringify(folder.path)})
      try {
        lockFolder(${JSON.stringify(folder.path)}, process.pid)
      } catch (error) {
        console.log(holder.pid, error.code)
      }
    `)
    expect(await stranger.firstLine).toBe('123 data_folder_in_use')
  })

  test('beside a locked one is free', async () => {
    await using one = await temporaryFolder()
    await using other = await temporaryFolder()
    using _one = lockFolder(one.path, 123)
    expect(readLock(other.path)).toBeUndefined()
    using _other = lockFolder(other.path, 123)
  })

  test('is asked about without being touched', async () => {
    await using folder = await temporaryFolder()
    expect(readLock(folder.path)).toBeUndefined()
    expect(readLock(join(folder.path, 'missing'))).toBeUndefined()
    expect(readdirSync(folder.path)).toStrictEqual([])
  })

  test('that a process holds is refused to others, and taken over once that process is killed', async () => {
    await using folder = await temporaryFolder()
    await using hub = startProcess(`
      const { lockFolder } = await import(src('db/folder-lock.ts'))
      globalThis.lock = lockFolder(${JSON.stringify(folder.path)}, process.pid)
      console.log('locked')
      process.stdin.resume()
    `)
    expect(await hub.firstLine).toBe('locked')
    expect(readLock(folder.path)).toStrictEqual({ pid: hub.pid })
    expect(() => lockFolder(folder.path, 456)).toThrow(`process ${hub.pid}`)
    await hub.kill()
    // What kill -9 left: the pid of nobody.
    expect(readFileSync(join(folder.path, 'hub.pid'), 'utf8')).toBe(`${hub.pid}\n`)
    expect(readLock(folder.path)).toBeUndefined()
    using _lock = lockFolder(folder.path, 456)
    expect(readLock(folder.path)).toStrictEqual({ pid: 456 })
  })
})

describe('a folder that cannot be locked', () => {
  test('because it is not there is refused and not made', async () => {
    await using folder = await temporaryFolder()
    const missing = join(folder.path, 'missing')
    expect(() => lockFolder(missing, 123)).toThrow(
      expect.objectContaining({ code: 'file_unreachable', message: expect.stringContaining(missing) }),
    )
    expect(readdirSync(folder.path)).toStrictEqual([])
  })

  test('because it is a file is refused', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'file')
    writeFileSync(file, '')
    expect(() => lockFolder(file, 123)).toThrow(expect.objectContaining({ code: 'file_unreachable' }))
  })

  test('because hub.lock is something else is refused, and left as it is', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hub.lock')
    writeFileSync(file, 'someone wrote a long text here, which no database begins with, again and again. '.repeat(20))
    const before = readFileSync(file)
    for (const call of [() => lockFolder(folder.path, 123), () => readLock(folder.path)]) {
      expect(call).toThrow(
        expect.objectContaining({ code: 'file_unreachable', message: expect.stringContaining(file) }),
      )
    }
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(folder.path)).toStrictEqual(['hub.lock'])
  })
})
