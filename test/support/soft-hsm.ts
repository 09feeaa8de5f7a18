import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestContext } from 'vitest'
import type { Pkcs11Library } from '../../src/ca/hsm/pkcs11.ts'
import { needPrograms } from './foreign-program.ts'
import { temporaryFolder } from './temporary-folder.ts'

const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
]
const SO_PIN = '87654321'

export const PIN = '12345678'

/** A token of SoftHSM in a folder of its own. */
export interface SoftHsm extends AsyncDisposable {
  readonly folder: string
  /** What `ca.hsm` takes, with the PIN. */
  readonly settings: {
    readonly module: string
    readonly token_label: string
    readonly key_label: string
    readonly pin: string
  }
  /** Another empty token beside it. */
  addToken(label: string): Promise<void>
}

/** Skips a test where SoftHSM, or the package that speaks PKCS#11, is missing; where CI promises them that is a failure. */
export function needSoftHsm(context: Pick<TestContext, 'skip'>): void {
  needPrograms(context, 'softhsm2-util', 'openssl')
  const isLoaded = tryToLoad()
  if (!isLoaded && process.env['CI'] === 'true')
    throw new Error('node-webcrypto-p11 is not installed, and CI must not skip it')
  context.skip(!isLoaded, 'node-webcrypto-p11 is not installed')
}

function tryToLoad(): boolean {
  try {
    return loadLibrary() !== undefined
  } catch {
    return false
  }
}

/** A second user of the token, in the same process. */
export function loadLibrary(): Pkcs11Library {
  return createRequire(import.meta.url)('node-webcrypto-p11') as Pkcs11Library
}

/** SoftHSM reads its settings from the environment when a library is loaded: one token at a time in a process. */
export async function openSoftHsm(label = 'signet'): Promise<SoftHsm> {
  const folder = await temporaryFolder()
  const tokens = join(folder.path, 'tokens')
  const configuration = join(folder.path, 'softhsm2.conf')
  await mkdir(tokens)
  await writeFile(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  process.env['SOFTHSM2_CONF'] = configuration
  const addToken = async (name: string): Promise<void> => {
    const pins = ['--pin', PIN, '--so-pin', SO_PIN]
    await promisify(execFile)('softhsm2-util', ['--init-token', '--free', '--label', name, ...pins])
  }
  await addToken(label)
  const module = MODULES.find((path) => existsSync(path)) ?? findModule()
  return {
    folder: folder.path,
    settings: { module, token_label: label, key_label: 'signet-ca', pin: PIN },
    addToken,
    async [Symbol.asyncDispose]() {
      delete process.env['SOFTHSM2_CONF']
      await folder[Symbol.asyncDispose]()
    },
  }
}

function findModule(): string {
  const { stdout } = spawnSync('sh', ['-c', 'find / -name libsofthsm2.so -not -path "/proc/*" 2>/dev/null | head -1'])
  return stdout.toString().trim()
}
