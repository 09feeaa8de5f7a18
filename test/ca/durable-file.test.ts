import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  ensureFolder,
  listFolder,
  publishFile,
  reaching,
  readFileIfPresent,
  stageFile,
  syncFolder,
} from '../../src/ca/durable-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

describe('a staged file', () => {
  for (const mode of [0o600, 0o644]) {
    test(`is invisible until it is published, and has the mode 0${mode.toString(8)}`, async () => {
      await using folder = await temporaryFolder()
      const path = join(folder.path, 'x.pem')
      await stageFile(path, 'text', mode)
      expect(await readdir(folder.path)).toEqual(['.x.pem.new'])
      await publishFile(path)
      await syncFolder(folder.path)
      expect(await readdir(folder.path)).toEqual(['x.pem'])
      expect(await readFile(path, 'utf8')).toBe('text')
      expect(await modeOf(path)).toBe(mode)
    })
  }

  test('takes the place of one left behind, and never writes through a link', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'victim'), 'safe')
    await symlink('victim', join(folder.path, '.x.pem.new'))
    await stageFile(join(folder.path, 'x.pem'), 'text', 0o600)
    expect(await readFile(join(folder.path, 'victim'), 'utf8')).toBe('safe')
    expect(await readFile(join(folder.path, '.x.pem.new'), 'utf8')).toBe('text')
  })
})

describe('a folder', () => {
  test('that is missing is made with 0755, and one that is there keeps its mode', async () => {
    await using folder = await temporaryFolder()
    await ensureFolder(join(folder.path, 'a/b'))
    expect(await modeOf(join(folder.path, 'a/b'))).toBe(0o755)
    await mkdir(join(folder.path, 'closed'), { mode: 0o700 })
    await ensureFolder(join(folder.path, 'closed'))
    expect(await modeOf(join(folder.path, 'closed'))).toBe(0o700)
  })
})

describe('what cannot be reached', () => {
  test('is nothing where there is no file', async () => {
    await using folder = await temporaryFolder()
    expect(await readFileIfPresent(join(folder.path, 'x'))).toBeUndefined()
  })

  for (const { name, reach, sentence } of [
    {
      name: 'a file where a folder should be',
      reach: (at: string) => ensureFolder(join(at, 'file')),
      sentence: /something else is in its place/,
    },
    {
      name: 'a path through a file',
      reach: (at: string) => readFileIfPresent(join(at, 'file/x')),
      sentence: /a part of this path is a file/,
    },
    {
      name: 'a folder where a file should be',
      reach: (at: string) => readFileIfPresent(join(at, 'folder')),
      sentence: /it is a folder/,
    },
    {
      name: 'a link to nothing',
      reach: (at: string) => readFileIfPresent(join(at, 'dangling')),
      sentence: /symbolic link to a file that does not exist/,
    },
    { name: 'a circle of links', reach: (at: string) => listFolder(join(at, 'circle')), sentence: /in a circle/ },
    {
      name: 'a full disk',
      reach: (at: string) => reaching(at, () => writeFile('/dev/full', 'x')),
      sentence: /the disk is full/,
    },
    {
      name: 'a folder behind a link to nothing',
      reach: (at: string) => ensureFolder(join(at, 'dangling/certs')),
      sentence: /a link to nothing/,
    },
  ]) {
    test(`refused/${name}: file_unreachable with a sentence`, async () => {
      await using folder = await temporaryFolder()
      await writeFile(join(folder.path, 'file'), '')
      await mkdir(join(folder.path, 'folder'))
      await symlink('nowhere', join(folder.path, 'dangling'))
      await symlink('circle', join(folder.path, 'circle'))
      await expect(reach(folder.path)).rejects.toMatchObject({
        code: 'file_unreachable',
        message: expect.stringMatching(sentence),
      })
    })
  }

  for (const { code, sentence } of [
    { code: 'EACCES', sentence: /Cannot reach \/certs: permission denied: .*chown, chmod/ },
    { code: 'EROFS', sentence: /read-only/ },
    { code: 'ENOSPC', sentence: /full/ },
    { code: 'EIO', sentence: /the operating system reports EIO/ },
  ]) {
    test(`refused/${code}: says what it is and what mends it`, async () => {
      const error = Object.assign(new Error(code), { code, syscall: 'open' })
      await expect(reaching('/certs', () => Promise.reject(error))).rejects.toThrow(sentence)
    })
  }

  test('a mistake of the program stays what it is', async () => {
    await expect(reaching('/certs', () => Promise.reject(new TypeError('bug')))).rejects.toThrow(TypeError)
  })
})
