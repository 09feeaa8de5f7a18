import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { GuideBlock } from './guide.ts'
import { isShown, readSession } from './guide-output.ts'
import { findGuidePorts } from './guide-ports.ts'
import { GuideTerminals, goesOnRunning } from './guide-terminals.ts'
import { linkProgram } from './hub-process.ts'
import { type Ended, runProgram } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Where a guide is followed: an empty folder, with `signet` on the PATH. */
export interface GuideScene extends AsyncDisposable {
  readonly folder: string
  /** Does what the block says, and throws when it does not come out as it says. */
  follow(block: GuideBlock): Promise<void>
  /** A line as a reader types it, in a terminal of its own when it goes on running; it must succeed. */
  type(line: string): Promise<void>
}

const SIGNET = fileURLToPath(new URL('../../bin/signet.mjs', import.meta.url))

/** Mosquitto becomes another user when root starts it, who may not look into a temporary folder. */
const AS_ROOT = new Map(process.getuid?.() === 0 ? [['mosquitto.conf', 'user root\n']] : [])

export async function openGuideScene(): Promise<GuideScene> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const bin = stack.use(await temporaryFolder()).path
  await symlink(SIGNET, join(bin, 'signet'))
  await linkProgram(folder)
  const ports = await findGuidePorts()
  const env = { ...ports.env, PATH: `${bin}:${process.env['PATH']}` }
  const options = { cwd: folder, env }
  const terminals = stack.use(new GuideTerminals(options))

  /** As a block of a script, which ends at the first line that fails; both streams in `stdout`, in their order. */
  const run = (text: string): Promise<Ended> =>
    runProgram('sh -ec "$TYPED" 2>&1', { ...options, env: { ...env, TYPED: ports.here(text) } })

  async function compare(block: GuideBlock): Promise<void> {
    for (const { line, output } of readSession(block.text)) {
      const ended = await run(line)
      judge(block, line, ended)
      // Both: the hub prints some of these ports for others to use.
      const [printed, shown] = [ports.here(ended.stdout), ports.here(output)]
      if (!isShown(printed, shown)) throw new Error(`${line} printed\n${printed}\nand the guide shows\n${shown}`)
    }
  }

  const scene = {
    folder,
    async follow(block: GuideBlock) {
      const { marks, text, language } = block
      const [file, terminal] = [marks.get('file'), marks.get('terminal')]
      if (file !== undefined) await writeFile(join(folder, file), ports.here(`${text}\n${AS_ROOT.get(file) ?? ''}`))
      else if (terminal !== undefined) {
        for (const line of text.split('\n')) await terminals.type(terminal, ports.here(line.replace(/^\$ /, '')))
      } else if (language === 'console') await compare(block)
      else if (language === 'sh') judge(block, text, await run(text))
    },
    async type(line: string) {
      if (goesOnRunning(line)) await terminals.type(line, ports.here(line))
      else judge({ heading: 'typed', marks: new Map() }, line, await run(line))
    },
  }
  const resources = stack.move()
  return { ...scene, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

function judge({ heading, marks }: Pick<GuideBlock, 'heading' | 'marks'>, line: string, { code, stdout }: Ended): void {
  if ((code === 0) === marks.has('fails')) throw new Error(`${heading}: ${line}\nended with ${code}: ${stdout}`)
}
