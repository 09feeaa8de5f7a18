import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from './free-ports.ts'
import { type Program, startProgram } from './program.ts'
import type { TestHub } from './test-hub.ts'

/** A HAProxy before a hub, as docs/behind-a-proxy.md sets it up. */
export interface Haproxy extends AsyncDisposable {
  readonly mqttPort: number
  readonly apiPort: number
  readonly program: Program
}

const GUIDE = new URL('../../docs/behind-a-proxy.md', import.meta.url)
/** Where it connects to the hub from; the hub's own calls come from 127.0.0.1. */
export const HAPROXY_ADDRESS = '127.0.0.2'

/** Resolves when both of its health checks have passed. `change` is applied to the guide's configuration. */
export async function startHaproxy(
  { folder, hub }: Pick<TestHub, 'folder' | 'hub'>,
  change: (configuration: string) => string = (configuration) => configuration,
): Promise<Haproxy> {
  const [mqttPort = 0, apiPort = 0] = await findFreePorts(2)
  const configuration = readConfiguration()
    .replace('bind :8883', `bind 127.0.0.1:${mqttPort}`)
    .replace('bind :443', `bind 127.0.0.1:${apiPort}`)
    .replaceAll(' check ', ' check inter 50ms ')
    .replace('10.0.0.5:8883', `127.0.0.1:${hub.mqttPort} source ${HAPROXY_ADDRESS}`)
    .replace('10.0.0.5:3000', `127.0.0.1:${hub.apiPort} source ${HAPROXY_ADDRESS}`)
  await writeFile(join(folder, 'haproxy.cfg'), change(configuration))
  const program = startProgram('haproxy -db -f haproxy.cfg', { cwd: folder })
  for (const backend of ['hub-mqtts', 'hub-https']) {
    await program.line(new RegExp(`check for server ${backend}/hub succeeded`))
  }
  return { mqttPort, apiPort, program, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() }
}

function readConfiguration(): string {
  const [, configuration] = /^```haproxy\n(.*?)^```$/ms.exec(readFileSync(GUIDE, 'utf8')) ?? []
  if (configuration === undefined) throw new Error('The guide shows no configuration of HAProxy')
  return configuration
}
