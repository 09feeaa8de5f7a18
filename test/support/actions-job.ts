import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'

export interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
}

export interface StepRun {
  readonly code: number | null
  readonly output: string
}

/** The machine of a job: what a step leaves running runs on until the job ends. */
export interface Runner extends AsyncDisposable {
  run(step: Step): Promise<StepRun>
}

/** The steps of the only job of a workflow. */
export function readSteps(workflow: string): readonly Step[] {
  const { jobs }: { readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> } = parse(workflow)
  const [job, ...others] = Object.values(jobs)
  if (!job || others.length > 0) throw new Error('expected a workflow with one job')
  return job.steps
}

/** Runs steps as GitHub does on Linux where they name no shell: from a file, by `bash -e`. */
export function openRunner(folder: string, env: Readonly<Record<string, string>>): Runner {
  const stack = new AsyncDisposableStack()
  return {
    async run({ run = '' }) {
      const script = join(folder, 'step.sh')
      await writeFile(script, run)
      // A process group of its own, and a pipe that closes when the last process of it has ended.
      const child = spawn('bash', ['-e', script], {
        cwd: folder,
        env: { ...process.env, ...env },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      })
      const allEnded = once(child, 'close')
      child.stdio[3]?.on('data', () => undefined)
      stack.defer(async () => {
        if (child.pid !== undefined && child.stdio[3]?.closed === false) process.kill(-child.pid, 'SIGTERM')
        await allEnded
      })
      const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), read(child.stdout), read(child.stderr)])
      return { code, output: stdout + stderr }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** With a fourth stream, the types no longer know that the first ones are pipes. */
async function read(stream: Readable | null): Promise<string> {
  return stream ? await text(stream) : ''
}
