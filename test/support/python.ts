import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** Skips a test, and says why, where Debian's Python lacks a module that CI promises. */
export function needPythonModule({ skip }: Pick<TestContext, 'skip'>, name: string): void {
  const available = spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status === 0
  if (!available && process.env['CI'] === 'true') throw new Error(`Python lacks ${name}, and CI must not skip it`)
  skip(!available, `Python lacks ${name}`)
}
