import { existsSync, readdirSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createConsoleFiles } from '../src/app-console-files.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const CONTENTS = {
  'index.html': '<!doctype html>',
  'assets/console-1a.js': 'export {}',
  'assets/console-1a.css': 'body {}',
  'assets/signet-1a.svg': '<svg/>',
  'assets/console-1a.js.map': '{}',
  '.env': 'SECRET=1',
}

async function build() {
  const folder = await temporaryFolder()
  const root = join(folder.path, 'console')
  await mkdir(join(root, 'assets'), { recursive: true })
  for (const [name, content] of Object.entries(CONTENTS)) await writeFile(join(root, name), content)
  await writeFile(join(folder.path, 'beside.js'), 'secret')
  return { root, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

describe('the files of the console', () => {
  for (const { name, type } of [
    { name: 'index.html', type: 'text/html; charset=utf-8' },
    { name: 'assets/console-1a.js', type: 'text/javascript; charset=utf-8' },
    { name: 'assets/console-1a.css', type: 'text/css; charset=utf-8' },
    { name: 'assets/signet-1a.svg', type: 'image/svg+xml' },
  ] as const) {
    test(`hold ${name}, with what it is`, async () => {
      await using built = await build()
      const file = createConsoleFiles(built.root).find(name)
      expect({ ...file, content: String(file?.content) }).toEqual({ type, content: CONTENTS[name] })
    })

    test(`hold ${name} compressed as well where it was built so`, async () => {
      await using built = await build()
      const compressed = brotliCompressSync(CONTENTS[name])
      await writeFile(join(built.root, `${name}.br`), compressed)
      const files = createConsoleFiles(built.root)
      expect(files.find(name)?.compressed).toEqual(compressed)
      expect(files.find(`${name}.br`)).toBeUndefined()
    })
  }

  test('are found by their names whether or not the folder ends with a slash', async () => {
    await using built = await build()
    for (const folder of [built.root, `${built.root}/`]) {
      expect(createConsoleFiles(folder).find('index.html'), folder).toBeDefined()
      expect(createConsoleFiles(folder).find('/index.html'), folder).toBeUndefined()
    }
  })

  for (const name of [
    '',
    'assets',
    'assets/none.js',
    'assets/console-1a.js.map',
    '.env',
    '../beside.js',
    'assets/../index.html',
    'assets\\console-1a.js',
    'constructor',
  ]) {
    test(`hold no ${JSON.stringify(name)}`, async () => {
      await using built = await build()
      expect(createConsoleFiles(built.root).find(name)).toBeUndefined()
    })
  }

  test('hold nothing that only a link leads to', async () => {
    await using built = await build()
    await symlink(join(built.root, '../beside.js'), join(built.root, 'assets/link.js'))
    expect(createConsoleFiles(built.root).find('assets/link.js')).toBeUndefined()
  })

  test('are read when somebody first asks, and once', async () => {
    await using built = await build()
    const files = createConsoleFiles(built.root)
    await writeFile(join(built.root, 'assets/late-1a.js'), 'export {}')
    expect(files.find('assets/late-1a.js')).toBeDefined()
    await writeFile(join(built.root, 'assets/later-1a.js'), 'export {}')
    expect(files.find('assets/later-1a.js')).toBeUndefined()
    expect(files.find('index.html')).toBe(files.find('index.html'))
  })

  test('are those that were built beside the program', () => {
    const isBuilt = existsSync(new URL('../dist/console/index.html', import.meta.url))
    expect(createConsoleFiles().find('index.html') !== undefined).toBe(isBuilt)
    expect(createConsoleFiles().find('../../src/console/signet.svg')).toBeUndefined()
  })

  test('hold less than 120 kB of script, compressed, as it was built', ({ skip }) => {
    const assets = new URL('../dist/console/assets/', import.meta.url)
    skip(!existsSync(assets), 'the console was not built')
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
    const files = createConsoleFiles()
    const found = scripts.flatMap((name) => files.find(`assets/${name}`) ?? [])
    for (const { content, compressed } of found) expect(brotliDecompressSync(compressed ?? '')).toEqual(content)
    const octets = found.map(({ compressed }) => compressed?.length ?? Number.NaN)
    expect(octets.reduce((sum, length) => sum + length, 0)).toBeLessThan(120_000)
  })

  test('are none where the console was not built', async () => {
    await using folder = await temporaryFolder()
    expect(createConsoleFiles(join(folder.path, 'none')).find('index.html')).toBeUndefined()
  })
})
