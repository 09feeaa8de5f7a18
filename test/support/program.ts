import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'

/** A program of its own process; disposing it ends it with SIGTERM and waits until it is gone. */
export interface Program extends AsyncDisposable {
  /** All it printed so far, on stdout and stderr. */
  readonly output: string
  /** The first whole line that matches, printed already or still to come; rejects when the program ends without it. */
  line(pattern: RegExp): Promise<string>
  readonly ended: Promise<Ended>
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

export interface Ended {
  /** None when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds; for what takes longer than a test usually does. */
  readonly patience?: number
}

/** Runs a line as a person types it, in the shell and with the PATH of this machine: npm's own folders are not on it. */
export function startProgram(line: string, { cwd, env = {}, patience }: ProgramOptions): Program {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  // "exec": signals reach the program and not a shell around it.
  const child = spawn('sh', ['-c', `exec ${line}`], {
    cwd,
    env: { ...process.env, PATH: path.join(delimiter), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '', both: '' }
  let hasEnded = false
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      text.both += chunk
      child.emit('output')
    })
  }
  const ended = once(child, 'close').then(([code]) => {
    hasEnded = true
    return { code, stdout: text.stdout, stderr: text.stderr }
  })
  // Programs write a line in parts, which could match already; of one that has ended the last is whole without its end too.
  const linesOf = (printed: string): readonly string[] => printed.split('\n').slice(0, hasEnded ? undefined : -1)
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  return {
    get output() {
      return text.both
    },
    async line(pattern) {
      const find = (): string | undefined =>
        [text.stdout, text.stderr].flatMap(linesOf).find((candidate) => pattern.test(candidate))
      const printed = new Promise<void>((resolve) => child.on('output', () => find() !== undefined && resolve()))
      using deadline = openDeadline(patience)
      if (find() === undefined) await Promise.race([printed, ended, deadline.passed])
      const found = find()
      if (found === undefined) throw new Error(`${line} did not print ${pattern}, but: ${text.both}`)
      return found
    },
    ended,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

export async function runProgram(line: string, options: ProgramOptions): Promise<Ended> {
  await using program = startProgram(line, options)
  using deadline = openDeadline(options.patience)
  const ended = await Promise.race([program.ended, deadline.passed])
  if (!ended) throw new Error(`${line} did not end, but printed: ${program.output}`)
  return ended
}

// Before the test's own: a failed test says what the program printed, and leaves no process behind.
const PATIENCE_MS = 90_000

function openDeadline(patience = PATIENCE_MS): Disposable & { readonly passed: Promise<undefined> } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), patience)
  return { passed: promise, [Symbol.dispose]: () => clearTimeout(timer) }
}
