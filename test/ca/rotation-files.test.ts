import { spawnSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { Authorities } from '../../src/ca/authorities.ts'
import { openAuthority } from '../../src/ca/authority-files.ts'
import { keyPairPaths, writeKeyPairFiles } from '../../src/ca/key-pair-files.ts'
import { createRootKeyPair } from '../../src/ca/root-key-pair.ts'
import { createRotationFiles } from '../../src/ca/rotation-files.ts'
import { systemClock } from '../../src/clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { recordedLog } from './recorded-log.ts'

const WRITER = fileURLToPath(new URL('killed-rotation.ts', import.meta.url))
const { logger } = recordedLog()
const [old, next] = [await createRootKeyPair(systemClock), await createRootKeyPair(systemClock)]
const both = next.certificatePem + old.certificatePem

/** Kills a writer at its n-th change; false once it was done before. */
function killAt(calls: number, folder: string, input: object): boolean {
  const { signal, status, stderr } = spawnSync(process.execPath, [WRITER, folder, String(calls), JSON.stringify(input)])
  if (signal === null && status !== 0) throw new Error(String(stderr))
  return signal === 'SIGKILL'
}

/** Every private key that is anywhere in the folder. */
async function keysOf(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith('-key.pem') || name.endsWith('key.previous.pem'),
  )
  return Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
}

async function stateOf(folder: string): Promise<'before' | 'overlap' | 'after'> {
  const opened = await openAuthority({ certsDir: folder, clock: systemClock, logger })
  const { authority, retiring } = opened
  const authorities = new Authorities({
    current: authority,
    retiring: retiring?.authority,
    storage: createRotationFiles({ certsDir: folder, logger }),
    clock: systemClock,
  })
  const file = await readFile(join(folder, 'ca-cert.pem'), 'utf8')
  expect(file).toBe(authorities.certificatePem)
  expect(await readFile(join(folder, 'devices/ca-cert.pem'), 'utf8')).toBe(file)
  if (retiring) {
    expect([authority.caCertificatePem, retiring.authority.caCertificatePem]).toEqual([
      next.certificatePem,
      old.certificatePem,
    ])
    return 'overlap'
  }
  return file === old.certificatePem ? 'before' : file === next.certificatePem ? 'after' : expect.fail(file)
}

describe('a rotation that is killed at any change to its files', () => {
  test('has begun, or has not: with both keys once it has', { timeout: 120_000 }, async () => {
    await using root = await temporaryFolder()
    const states: string[] = []
    for (let calls = 0; ; calls += 1) {
      const folder = join(root.path, String(calls))
      await mkdir(folder)
      await writeKeyPairFiles(keyPairPaths(folder, 'ca'), old)
      const begin = { keyPem: next.keyPem, certificatePem: both }
      const wasKilled = killAt(calls, folder, { begin })
      states.push(await stateOf(folder))
      const keys = await keysOf(folder)
      expect(keys).toContain(old.keyPem)
      if (states.at(-1) === 'overlap') expect(keys).toContain(next.keyPem)
      if (!wasKilled) break
    }
    expect(states.at(0)).toBe('before')
    expect(states.at(-1)).toBe('overlap')
    expect(states).toEqual(states.toSorted((a, b) => Number(a === 'overlap') - Number(b === 'overlap')))
  })

  test('is ended, or is not: no key is lost', { timeout: 120_000 }, async () => {
    await using root = await temporaryFolder()
    const first = join(root.path, 'first')
    await mkdir(first)
    await writeKeyPairFiles(keyPairPaths(first, 'ca'), old)
    await createRotationFiles({ certsDir: first, logger }).begin(next.keyPem, both)
    const states: string[] = []
    for (let calls = 0; ; calls += 1) {
      const folder = join(root.path, String(calls))
      await cp(first, folder, { recursive: true })
      const wasKilled = killAt(calls, folder, { finish: { certificatePem: next.certificatePem } })
      states.push(await stateOf(folder))
      expect(await keysOf(folder)).toEqual(expect.arrayContaining([old.keyPem, next.keyPem]))
      if (!wasKilled) break
    }
    expect([states.at(0), states.at(-1)]).toEqual(['overlap', 'after'])
    expect(states).toEqual(states.toSorted((a, b) => Number(a === 'after') - Number(b === 'after')))
  })
})

test('a second rotation does not begin over the key of a CA that is not retired', async () => {
  await using folder = await temporaryFolder()
  await writeKeyPairFiles(keyPairPaths(folder.path, 'ca'), old)
  const files = createRotationFiles({ certsDir: folder.path, logger })
  await files.begin(next.keyPem, both)
  const third = await createRootKeyPair(systemClock)
  await expect(files.begin(third.keyPem, third.certificatePem)).rejects.toMatchObject({ code: 'rotation_underway' })
  expect(await stateOf(folder.path)).toBe('overlap')
  await rm(join(folder.path, 'ca-key.pem'))
  await rm(join(folder.path, 'ca-cert.pem'))
  await expect(files.begin(third.keyPem, third.certificatePem)).rejects.toMatchObject({ code: 'file_unreachable' })
})
