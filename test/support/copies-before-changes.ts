// Loaded before a program by kill-states.ts: copies FOLDER to COPIES/000, COPIES/001, ... before each call that changes a file.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const { FOLDER = '', COPIES = '' } = process.env
let count = 0
let isCopying = false

copyBefore(fs, ['renameSync', 'rmSync', 'mkdirSync', 'writeFileSync', 'fsyncSync', 'createWriteStream'])
copyBefore(fs.promises, ['open', 'rename', 'rm', 'chmod', 'mkdir'])
syncBuiltinESMExports()

function copyBefore<Name extends string>(calls: Record<Name, unknown>, names: readonly Name[]): void {
  for (const name of names) {
    const real = calls[name] as (...args: readonly unknown[]) => unknown
    Object.assign(calls, {
      [name]: (...args: readonly unknown[]) => {
        copy()
        return real(...args)
      },
    })
  }
}

function copy(): void {
  // It makes folders and files by the same calls.
  if (isCopying) return
  isCopying = true
  fs.cpSync(FOLDER, join(COPIES, String(count++).padStart(3, '0')), { recursive: true })
  isCopying = false
}
