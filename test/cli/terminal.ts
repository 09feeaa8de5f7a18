import { EventEmitter } from 'node:events'
import type { RunningHub, Terminal } from '../../src/cli/ports.ts'
import { main, type StartHub } from '../../src/main.ts'

export interface Call {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env?: NodeJS.Dict<string>
  readonly stdin?: string
  readonly isTTY?: boolean
  /** What a person types at the terminal; `stdin` is not read then. */
  readonly keys?: readonly string[]
  readonly signals?: EventEmitter
  readonly outputEnded?: AbortSignal
  readonly startHub?: StartHub
  /** Told of each piece of output as it is written. */
  readonly onOutput?: (text: string) => void
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly abandoned: boolean
}

/** One call of the command line in this process, with streams, signals and folder of its own. */
export async function run(call: Call): Promise<Finished> {
  const { terminal, read } = createTerminal(call)
  const code = await main(call.argv, call.env ?? {}, terminal, call.startHub ?? refuseToStart)
  return { code, ...read() }
}

export function createTerminal({
  cwd,
  stdin = '',
  isTTY = false,
  keys,
  signals = new EventEmitter(),
  outputEnded = new AbortController().signal,
  onOutput,
}: Omit<Call, 'argv'>) {
  const written = { stdout: '', stderr: '' }
  let abandoned = false
  const output = (name: keyof typeof written) => ({
    isTTY,
    write(text: string) {
      written[name] += text
      onOutput?.(text)
    },
  })
  const terminal: Terminal = {
    stdin: keys ? toKeyboard(keys, written) : Object.assign(toStream(stdin), { isTTY }),
    stdout: output('stdout'),
    stderr: output('stderr'),
    signals,
    outputEnded,
    cwd,
    command: 'bin/signet.mjs',
    abandon: () => {
      abandoned = true
    },
  }
  return { terminal, read: () => ({ ...written, abandoned }) }
}

async function* toStream(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** Types each line only when it is asked for; what a terminal would show of it goes to stdout. */
function toKeyboard(keys: readonly string[], shown: { stdout: string }): Terminal['stdin'] {
  let isRaw = false
  async function* type() {
    for (const key of keys) {
      if (!isRaw) shown.stdout += key
      yield Buffer.from(key)
    }
  }
  return { isTTY: true, setRawMode: (raw) => (isRaw = raw), [Symbol.asyncIterator]: type }
}

async function refuseToStart(): Promise<RunningHub> {
  throw new Error('this test starts no hub')
}
