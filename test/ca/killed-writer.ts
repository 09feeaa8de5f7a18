// Run by key-pair-files.test.ts and key-file.test.ts: replaces the pair in a folder, or encrypts its key, and is killed, for
// good, at the n-th call that changes a file.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [folder = '', calls = '', input = '{}'] = process.argv.slice(2)
let left = Number(calls)

for (const name of ['open', 'rename', 'rm', 'chmod'] as const) {
  const real = fs[name] as (...args: unknown[]) => Promise<unknown>
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (left-- === 0) process.kill(process.pid, 'SIGKILL')
      return real(...args)
    },
  })
}
syncBuiltinESMExports()

const { keyPairPaths, replaceKeyPairFiles, writeKeyPairFiles } = await import('../../src/ca/key-pair-files.ts')
const { encryptKeyFile } = await import('../../src/ca/key-file.ts')
const { parsePrivateKey } = await import('../../src/ca/key-pair.ts')
const { old, next, passphrase } = JSON.parse(input)
const paths = keyPairPaths(folder, 'server')
if (passphrase) await encryptKeyFile(paths.keyPath, parsePrivateKey(old.keyPem, ''), passphrase)
else if (old) await replaceKeyPairFiles(paths, old, next)
else await writeKeyPairFiles(paths, next)
