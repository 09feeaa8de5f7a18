import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LAUNCHER = join(ROOT, 'bin', 'signet.mjs')
// What is measured runs as `npm start` runs it.
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const START_FLAGS: readonly string[] = scripts.start.match(/--\S+/g) ?? []

/** A hub in a process of its own, so that what is measured is not the load beside it. */
export interface ChildHub extends AsyncDisposable {
  readonly mqttPort: number
  readonly apiPort: number
  readonly ca: string
  readonly adminToken: string
  readonly pid: number
  /** From the start of the process to its line "Hub ready". */
  readonly readyAfterMs: number
}

export interface ChildHubOptions {
  /** Another checkout's, to compare it with this one. */
  readonly launcher?: string
  readonly nodeFlags?: readonly string[]
}

export async function startChildHub(
  folder: string,
  variables: Readonly<Record<string, string>> = {},
  { launcher = LAUNCHER, nodeFlags = [] }: ChildHubOptions = {},
): Promise<ChildHub> {
  const begin = performance.now()
  const child = spawn(process.execPath, [...START_FLAGS, ...nodeFlags, launcher, 'start'], {
    cwd: folder,
    env: { ...process.env, SIGNET_API__PORT: '0', SIGNET_MQTT__PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line)
    if (entry.msg !== 'Hub ready') continue
    const readyAfterMs = performance.now() - begin
    child.stdout.resume()
    return {
      mqttPort: entry.mqttPort,
      apiPort: entry.apiPort,
      ca: readFileSync(join(folder, 'certs', 'ca-cert.pem'), 'utf8'),
      adminToken: readFileSync(join(folder, 'data', 'admin-token'), 'utf8').trim(),
      pid: child.pid ?? 0,
      readyAfterMs,
      async [Symbol.asyncDispose]() {
        child.kill('SIGTERM')
        await exited
      },
    }
  }
  throw new Error('The hub ended before it was ready')
}
