import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import type { ConsoleFile, ConsoleFiles } from './api/ports.ts'

// Beside src as beside dist: both stand one below the root.
const BUILT = fileURLToPath(new URL('../dist/console/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The console as it was built, read when somebody first asks for it; without files where it was not built. */
export function createConsoleFiles(folder = BUILT): ConsoleFiles {
  let files: ReadonlyMap<string, ConsoleFile> | undefined
  return {
    find(name) {
      files ??= new Map(listFiles(folder).map((found) => [found, readFile(folder, found)]))
      return files.get(name)
    },
  }
}

function listFiles(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
    return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
  } catch {
    return []
  }
}

function readFile(folder: string, name: string): ConsoleFile {
  const content = readFileSync(join(folder, name))
  return { content, compressed: brotliCompressSync(content), type: TYPES[extname(name)] ?? '' }
}
