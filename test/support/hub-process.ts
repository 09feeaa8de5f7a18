import { symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, type Program, runProgram, startProgram } from './program.ts'

/** The hub as a process of its own, started as a person starts it: on this machine's Node, whatever its age. */
export interface HubProcess extends AsyncDisposable {
  readonly mqttPort: number
  readonly apiPort: number
  readonly program: Program
}

const BIN = dirname(fileURLToPath(new URL('../../bin/signet.mjs', import.meta.url)))

/** Makes `bin/signet.mjs` of a folder the program itself, so that lines can be run there as they are written. */
export async function linkProgram(folder: string): Promise<void> {
  await symlink(BIN, join(folder, 'bin'))
}

/** Starts the hub in a folder with a linked program; resolves when it says that it is ready. */
export function startHubProcess(folder: string, env: Readonly<Record<string, string>> = {}): Promise<HubProcess> {
  return startHubBy('bin/signet.mjs start', folder, env)
}

/** Without the launcher, which stops its hub in good order when it is killed: SIGKILL reaches the hub itself. */
export function startKillableHub(folder: string, env: Readonly<Record<string, string>> = {}): Promise<HubProcess> {
  return startHubBy(`${process.execPath} bin/signet.mjs start`, folder, env)
}

/** Under a limit of the shell's own, such as `ulimit -n 60`. */
export function startLimitedHub(limit: string, folder: string): Promise<HubProcess> {
  return startHubBy(`sh -c '${limit}; exec ${process.execPath} bin/signet.mjs start'`, folder, {})
}

async function startHubBy(line: string, folder: string, env: Readonly<Record<string, string>>): Promise<HubProcess> {
  await using stack = new AsyncDisposableStack()
  const ports = { SIGNET_API__PORT: '0', SIGNET_MQTT__PORT: '0' }
  const program = stack.use(startProgram(line, { cwd: folder, env: { ...ports, ...env } }))
  const { mqttPort, apiPort } = JSON.parse(await program.line(/"msg":"Hub ready"/))
  const resources = stack.move()
  return { mqttPort, apiPort, program, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** A line of `signet`, in a folder with a linked program. */
export function runSignet(folder: string, line: string): Promise<Ended> {
  return runProgram(`bin/signet.mjs ${line}`, { cwd: folder })
}
