import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`npm start hands ${signal} on: the hub stops in order, and npm says so by exit 0`, async (context) => {
    needPrograms(context, 'npm')
    await using folder = await temporaryFolder()
    const env = {
      SIGNET_DATA_DIR: join(folder.path, 'data'),
      CERTS_DIR: join(folder.path, 'certs'),
      SIGNET_API__PORT: '0',
      SIGNET_MQTT__PORT: '0',
      npm_config_update_notifier: 'false',
    }
    await using npm = startProgram('npm start', { cwd: CHECKOUT, env })
    await npm.line(/Hub ready/)
    // Resolves when nobody holds its output any more: neither npm nor a hub that it has left behind.
    expect(await npm.stop(signal)).toMatchObject({ code: 0 })
    expect(existsSync(join(folder.path, 'data', 'hub.sock'))).toBe(false)
  })
}
