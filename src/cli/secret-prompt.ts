import { CommandFailed } from './command-failed.ts'
import type { Terminal } from './ports.ts'

// What keys send to a terminal that edits no lines: ECMA-48.
const ENTER: ReadonlySet<string> = new Set(['\r', '\n', '\u0004'])
const BACKSPACE: ReadonlySet<string> = new Set(['\b', '\u007f'])
const INTERRUPT = '\u0003'

/** Asks the person at the terminal, who sees nothing of what is typed; where nobody sits there, the answer is nothing. */
export class SecretPrompt implements AsyncDisposable {
  readonly #terminal: Terminal
  #typed: AsyncIterator<string> | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** Undefined where there is no terminal, or only Enter was typed; throws `CommandFailed` for Ctrl-C. */
  async ask(question: string): Promise<string | undefined> {
    const { stdin, stderr } = this.#terminal
    if (stdin.isTTY !== true) return undefined
    stderr.write(question)
    stdin.setRawMode?.(true)
    try {
      const secret = await this.#readLine()
      return secret === '' ? undefined : secret
    } finally {
      stdin.setRawMode?.(false)
      stderr.write('\n')
    }
  }

  /** Lets go of the terminal: an open one keeps the process alive. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#typed?.return?.()
  }

  async #readLine(): Promise<string> {
    this.#typed ??= charactersOf(this.#terminal.stdin)
    const line: string[] = []
    for (;;) {
      const { done, value } = await this.#typed.next()
      if (done === true || ENTER.has(value)) return line.join('')
      if (value === INTERRUPT) throw new CommandFailed('Interrupted')
      if (BACKSPACE.has(value)) line.pop()
      else line.push(value)
    }
  }
}

async function* charactersOf(stdin: Terminal['stdin']): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of stdin) {
    yield* typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
}
