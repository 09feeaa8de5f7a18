import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

const LAUNCHER = fileURLToPath(new URL('../../bin/signet.mjs', import.meta.url))

// A first start makes some thirty changes to its folders; from the last one on it is ready.
const CHANGES = [1, 2, 3, 5, 8, 12, 16, 20, 24, 32]

test.concurrent.each(CHANGES)(
  'a first start that is killed after its change number %i is made good by the next one',
  async (changes) => {
    await using folder = await temporaryFolder()
    await killAfter(changes, folder.path)

    await using hub = await startTestHub({ folder: folder.path })

    const device = await hub.enrol('device-001')
    const client = await hub.connect(device, { clientId: 'device-001' })
    expect(client.connected).toBe(true)
    const tokens = (await hub.api('GET', '/api/tokens')).json().items
    expect(tokens.filter(({ revokedAt }: { revokedAt: string | null }) => !revokedAt)).toHaveLength(1)
  },
  // Several hubs start at a time.
  180_000,
)

/** Starts a hub in a process of its own and kills it when its folders have changed so often, or when it is ready. */
async function killAfter(changes: number, folder: string): Promise<void> {
  await Promise.all([mkdir(join(folder, 'certs')), mkdir(join(folder, 'data'))])
  const child = spawn(process.execPath, [LAUNCHER, 'start', '--api-port', '0', '--mqtt-port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const kill = (): void => void child.kill('SIGKILL')
  let seen = 0
  const watchers = ['certs', 'data'].map((name) => watch(join(folder, name), () => ++seen >= changes && kill()))
  child.stdout.on('data', (chunk: Buffer) => chunk.includes('Hub ready') && kill())
  await exited
  for (const watcher of watchers) watcher.close()
}
