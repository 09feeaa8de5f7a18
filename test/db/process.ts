import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ChildProcess extends AsyncDisposable {
  readonly pid: number
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

/** Runs ES module code in a process of its own; `src('db/database.ts')` in it is the URL of one of our files. */
export function startProcess(code: string): ChildProcess & { readonly firstLine: Promise<string> } {
  const sources = JSON.stringify(new URL('../../src/', import.meta.url).href)
  const program = `const src = (file) => new URL(file, ${sources}).href\n${code}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const { pid } = child
  if (pid === undefined) throw new Error('The process did not start')
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid, kill, firstLine: readFirstLine(child.stdout), [Symbol.asyncDispose]: kill }
}

async function readFirstLine(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += chunk.toString()
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}
