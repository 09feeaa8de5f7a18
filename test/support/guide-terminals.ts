import { type Program, type ProgramOptions, startProgram } from './program.ts'

/** What a program prints once it can be used. */
const READY = [
  { program: /\bsignet(?:\.mjs)? start\b/, sign: /"msg":"Hub ready"/ },
  { program: /\bsignet(?:\.mjs)? simulate\b/, sign: /subscribed to/ },
  { program: /^node receiver\.mjs$/, sign: /listening/ },
  { program: /^mosquitto /, sign: /mosquitto version \S+ running/ },
] as const

/** Terminals of their own, by name, in which programs go on running; disposing ends them all. */
export class GuideTerminals implements AsyncDisposable {
  readonly #running = new Map<string, Program>()
  readonly #options: ProgramOptions

  constructor(options: ProgramOptions) {
    this.#options = options
  }

  /** `^C` ends what runs there; any other line starts something, and is over when that can be used. */
  async type(terminal: string, line: string): Promise<void> {
    const running = this.#running.get(terminal)
    if (line === '^C') return this.#interrupt(terminal, running)
    if (running) throw new Error(`something runs in the terminal ${terminal} already`)
    const ready = READY.find(({ program }) => program.test(line))
    if (!ready) throw new Error(`nobody knows when ${line} is ready`)
    const program = startProgram(line, this.#options)
    this.#running.set(terminal, program)
    await program.line(ready.sign)
  }

  async #interrupt(terminal: string, running: Program | undefined): Promise<void> {
    if (!running) throw new Error(`nothing runs in the terminal ${terminal}`)
    this.#running.delete(terminal)
    const { code } = await running.stop('SIGINT')
    if (code !== 0) throw new Error(`${terminal} ended with ${code}: ${running.output}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((program) => program.stop()))
  }
}

/** Whether a line starts something that is meant to go on running. */
export function goesOnRunning(line: string): boolean {
  return READY.some(({ program }) => program.test(line))
}
