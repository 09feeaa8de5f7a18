import { existsSync, statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const TMPFS = 0x0102_1994
const ENOUGH_OCTETS = 2 ** 30

// Whatever ends a process, what it wrote is there: no test takes the power away. Yet a hub that starts and stops would wait
// for a disk twice as long as it works.
const place = process.env['TMPDIR'] === undefined && isRoomyMemory(MEMORY) ? MEMORY : tmpdir()

/** A folder of the test's own, gone with all it holds when the test ends. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(place, 'signet-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

// A container is given 64 MiB of it.
function isRoomyMemory(path: string): boolean {
  if (!existsSync(path)) return false
  const { type, bavail, bsize } = statfsSync(path)
  return type === TMPFS && bavail * bsize >= ENOUGH_OCTETS
}
