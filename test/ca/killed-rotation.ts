// Run by rotation-files.test.ts: begins or finishes a rotation in a folder and is killed, for good, at the n-th call that changes a file.
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [folder = '', calls = '', input = '{}'] = process.argv.slice(2)
let left = Number(calls)

for (const name of ['open', 'rename', 'rm', 'chmod', 'mkdir'] as const) {
  const real = fs[name] as (...args: unknown[]) => Promise<unknown>
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      if (left-- === 0) process.kill(process.pid, 'SIGKILL')
      return real(...args)
    },
  })
}
syncBuiltinESMExports()

const { createRotationFiles } = await import('../../src/ca/rotation-files.ts')
const { createLogger } = await import('../../src/logger.ts')
const logger = createLogger({ level: 'silent', format: 'json', stream: process.stdout })
const { begin, finish } = JSON.parse(input)
const files = createRotationFiles({ certsDir: folder, logger })
if (begin) await files.begin(begin.keyPem, begin.certificatePem)
else await files.finish(finish.certificatePem)
