import { CommandFailed } from './command-failed.ts'
import type { Terminal } from './ports.ts'

const [INTERRUPT, END_OF_INPUT, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f']

/** Asks one question after the other; what is typed is not shown. */
export async function askHidden(
  questions: readonly string[],
  { stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>,
): Promise<readonly string[]> {
  const answers: string[] = []
  stdin.setRawMode?.(true)
  const letters = readLetters(stdin)
  try {
    for (const question of questions) {
      stderr.write(question)
      answers.push(await readLine(letters))
      stderr.write('\n')
    }
    return answers
  } finally {
    stdin.setRawMode?.(false)
    // Lets go of the terminal, which would else keep the process alive.
    await letters.return(undefined)
  }
}

async function readLine(letters: AsyncGenerator<string>): Promise<string> {
  let line = ''
  for (;;) {
    const { done, value: letter } = await letters.next()
    if (done || letter === '\r' || letter === '\n' || letter === END_OF_INPUT) return line
    // In raw mode the terminal sends no signal for it.
    if (letter === INTERRUPT) throw new CommandFailed('Interrupted')
    line = letter === BACKSPACE || letter === DELETE ? [...line].slice(0, -1).join('') : line + letter
  }
}

async function* readLetters(stdin: Terminal['stdin']): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of stdin) {
    yield* typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
}
