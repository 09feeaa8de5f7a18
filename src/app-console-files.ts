import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
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
      files ??= readFiles(folder)
      return files.get(name)
    },
  }
}

function readFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>()
  const paths = new Set(listFiles(folder))
  for (const path of paths) {
    const type = TYPES[extname(path)]
    if (type === undefined) continue
    const packed = `${path}.br`
    const compressed = paths.has(packed) ? { compressed: readFileSync(packed) } : {}
    files.set(relative(folder, path), { content: readFileSync(path), ...compressed, type })
  }
  return files
}

function listFiles(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  } catch {
    return []
  }
}
