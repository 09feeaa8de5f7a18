import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePorts } from './free-ports.ts'
import type { GuideBlock } from './guide.ts'
import { linkProgram } from './hub-process.ts'
import { type Ended, type Program, runProgram, startProgram } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Where a guide is followed: an empty folder, with `signet` on the PATH. */
export interface GuideScene extends AsyncDisposable {
  readonly folder: string
  /** The text with free ports of this machine where the guide names those of everybody. */
  here(text: string): string
  /** Does what the block says, and throws when it does not come out as it says. */
  follow(block: GuideBlock): Promise<void>
  /** A line as a reader types it, in a terminal of its own when it goes on running; it must succeed. */
  typeAny(line: string): Promise<void>
}

/** What a guide writes and a test must not open: each is replaced wherever it stands alone. */
const PORTS = ['8883', '8884', '3000'] as const

/** Mosquitto becomes another user when root starts it, who may not look into a temporary folder. */
const AS_ROOT = new Map(process.getuid?.() === 0 ? [['mosquitto.conf', 'user root\n']] : [])

const SIGNET = fileURLToPath(new URL('../../bin/signet.mjs', import.meta.url))

export async function openGuideScene(): Promise<GuideScene> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const bin = stack.use(await temporaryFolder()).path
  await symlink(SIGNET, join(bin, 'signet'))
  await linkProgram(folder)
  const free = await findFreePorts(PORTS.length)
  const here = (text: string): string =>
    PORTS.reduce((written, port, index) => written.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), `${free[index]}`), text)
  const env = {
    PATH: `${bin}:${process.env['PATH']}`,
    // The ports the hub takes where the guide names none.
    SIGNET_MQTT__PORT: here('8883'),
    SIGNET_API__PORT: here('3000'),
  }
  const terminals = stack.adopt(new Map<string, Program>(), async (open) => {
    await Promise.all([...open.values()].map((program) => program.stop()))
  })
  const type = (text: string): Promise<Ended> =>
    runProgram('sh -ec "$TYPED" 2>&1', { cwd: folder, env: { ...env, TYPED: here(text) } })

  const scene = {
    folder,
    here,
    async typeAny(line: string) {
      if (findReadySign(line)) await typeInto(line, line)
      else judge({ heading: '', marks: new Map() }, line, await type(line))
    },
    async follow(block: GuideBlock) {
      const { marks, text, language } = block
      const [file, terminal] = [marks.get('file'), marks.get('terminal')]
      if (file !== undefined) await writeFile(join(folder, file), here(`${text}\n${AS_ROOT.get(file) ?? ''}`))
      else if (terminal !== undefined) await typeInto(terminal, text)
      else if (language === 'console') await compare(block)
      else if (language === 'sh') judge(block, text, await type(text))
    },
  }
  const resources = stack.move()
  return { ...scene, [Symbol.asyncDispose]: () => resources.disposeAsync() }

  /** `^C` ends what runs in a terminal; a line starts something that goes on running there. */
  async function typeInto(terminal: string, text: string): Promise<void> {
    for (const line of text.split('\n').map((typed) => typed.replace(/^\$ /, ''))) {
      const running = terminals.get(terminal)
      if (line === '^C') {
        if (!running) throw new Error(`nothing runs in the terminal ${terminal}`)
        terminals.delete(terminal)
        const ended = await running.stop('SIGINT')
        if (ended.code !== 0) throw new Error(`${terminal} ended with ${ended.code}: ${running.output}`)
      } else {
        if (running) throw new Error(`something runs in the terminal ${terminal} already`)
        const sign = findReadySign(line)
        if (!sign) throw new Error(`nobody knows when ${line} is ready`)
        const program = startProgram(here(line), { cwd: folder, env })
        terminals.set(terminal, program)
        await program.line(sign)
      }
    }
  }

  async function compare(block: GuideBlock): Promise<void> {
    for (const { line, output } of readSession(block.text)) {
      const ended = await type(line)
      judge(block, line, ended)
      // Both: the hub prints some of these ports for others to use.
      if (!toPattern(here(output)).test(here(ended.stdout))) {
        throw new Error(`${line} printed\n${ended.stdout}\nand the guide shows\n${here(output)}`)
      }
    }
  }
}

function judge({ heading, marks }: Pick<GuideBlock, 'heading' | 'marks'>, line: string, { code, stdout }: Ended): void {
  if ((code === 0) === marks.has('fails')) throw new Error(`${heading}: ${line}\nended with ${code}: ${stdout}`)
}

/** What a program prints once it can be used. */
const READY = [
  { program: /\bsignet(?:\.mjs)? start\b/, sign: /"msg":"Hub ready"/ },
  { program: /\bsignet(?:\.mjs)? simulate\b/, sign: /subscribed to/ },
  { program: /^mosquitto /, sign: /mosquitto version \S+ running/ },
] as const

function findReadySign(line: string): RegExp | undefined {
  return READY.find(({ program }) => program.test(line))?.sign
}

/** The lines that are typed, after "$ ", and what each prints. */
function readSession(text: string): readonly { readonly line: string; readonly output: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...output] = part.trimEnd().split('\n')
      return { line, output: output.join('\n') }
    })
}

/** `…` stands for anything in its line, and alone in a line for any lines. Spaces that line up columns are one. */
function toPattern(shown: string): RegExp {
  const lines = shown.split('\n').map((line) =>
    line === '…'
      ? '[^]*'
      : line
          .split('…')
          .map((piece) => piece.split(/ +/).map(RegExp.escape).join(' +'))
          .join('.*'),
  )
  return new RegExp(`^${lines.join('\\n')}\\n?$`.replaceAll('\\n[^]*', '(?:\\n[^]*)?'))
}
