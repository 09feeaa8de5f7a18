import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

/** A disk of the test's own, in memory, that is soon full. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Takes what is left of it, to the last byte. */
  fill(): void
  free(): void
}

/** Mounts it; skips the test, and says why, where this user may not mount. */
export async function mountSmallDisk({ skip }: Pick<TestContext, 'skip'>, mebibytes: number): Promise<SmallDisk> {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(await temporaryFolder())
  const { status, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', path])
  skip(status !== 0, `a disk in memory cannot be mounted here${error ? `: ${error.message}` : ''}`)
  stack.defer(() => void spawnSync('umount', ['--lazy', path]))
  const ballast = join(path, 'ballast')
  const resources = stack.move()
  return {
    path,
    fill() {
      for (const bytes of [65_536, 1]) fillBy(ballast, Buffer.alloc(bytes))
    },
    free: () => rmSync(ballast),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function fillBy(file: string, bytes: Buffer): void {
  for (;;) {
    try {
      writeFileSync(file, bytes, { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
      throw error
    }
  }
}
