// Restores hub.backup of a folder by force, and is killed, for good, at the n-th call that changes a file; or at the first
// one after it was decided.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [folder = '', passphrase = '', changes = ''] = process.argv.slice(2)
let left = Number(changes)
let isDecided = false

for (const name of ['renameSync', 'rmSync', 'mkdirSync', 'writeFileSync', 'fsyncSync', 'createWriteStream'] as const) {
  const real = fs[name] as (...args: readonly unknown[]) => unknown
  Object.assign(fs, {
    [name]: (...args: readonly unknown[]) => {
      if (changes === 'decided' ? isDecided : left-- === 0) process.kill(process.pid, 'SIGKILL')
      isDecided ||= name === 'renameSync' && String(args[1]).endsWith('.restore-decided')
      return real(...args)
    },
  })
}
syncBuiltinESMExports()

const { restoreBackup } = await import('../../src/app-restore.ts')
const { systemClock } = await import('../../src/clock.ts')
await restoreBackup({
  folders: { data: join(folder, 'data'), certs: join(folder, 'certs') },
  file: join(folder, 'hub.backup'),
  passphrase,
  contents: 'hub',
  isForced: true,
  clock: systemClock,
  pid: process.pid,
})
