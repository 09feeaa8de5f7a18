import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** Whether a program of others is on this machine; where CI promises it, its absence is a failure and no reason to skip. */
export function foreignProgram(name: string): { readonly available: boolean; readonly reason: string } {
  const available = spawnSync('which', [name]).status === 0
  if (!available && process.env['CI'] === 'true')
    throw new Error(`${name} is not installed, and CI must not skip what needs it`)
  return { available, reason: available ? '' : `${name} is not installed` }
}

/** Skips a test, and says why, where a program that it runs is missing. */
export function needPrograms({ skip }: Pick<TestContext, 'skip'>, ...names: readonly string[]): void {
  for (const { available, reason } of names.map(foreignProgram)) skip(!available, reason)
}
