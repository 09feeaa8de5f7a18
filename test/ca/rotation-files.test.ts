import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Authorities } from '../../src/ca/authorities.ts'
import { openAuthority } from '../../src/ca/authority-files.ts'
import { keyPairPaths, writeKeyPairFiles } from '../../src/ca/key-pair-files.ts'
import { createRootKeyPair } from '../../src/ca/root-key-pair.ts'
import { createRotationFiles } from '../../src/ca/rotation-files.ts'
import { systemClock } from '../../src/clock.ts'
import { killStates } from '../support/kill-states.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { recordedLog } from './recorded-log.ts'

const WRITER = join(import.meta.dirname, 'rotation-writer.ts')
const { logger } = recordedLog()
const [old, next] = [await createRootKeyPair(systemClock), await createRootKeyPair(systemClock)]
const both = next.certificatePem + old.certificatePem

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
  test('has begun, or has not: with both keys once it has', async () => {
    await using folder = await temporaryFolder()
    await writeKeyPairFiles(keyPairPaths(folder.path, 'ca'), old)
    const begin = { keyPem: next.keyPem, certificatePem: both }
    const states: string[] = []
    for await (const path of killStates(WRITER, folder.path, JSON.stringify({ begin }))) {
      states.push(await stateOf(path))
      const keys = await keysOf(path)
      expect(keys).toContain(old.keyPem)
      if (states.at(-1) === 'overlap') expect(keys).toContain(next.keyPem)
    }
    expect(states.at(0)).toBe('before')
    expect(states.at(-1)).toBe('overlap')
    expect(states).toEqual(states.toSorted((a, b) => Number(a === 'overlap') - Number(b === 'overlap')))
  })

  test('is ended, or is not: no key is lost', async () => {
    await using folder = await temporaryFolder()
    await writeKeyPairFiles(keyPairPaths(folder.path, 'ca'), old)
    await createRotationFiles({ certsDir: folder.path, logger }).begin(next.keyPem, both)
    const finish = { certificatePem: next.certificatePem }
    const states: string[] = []
    for await (const path of killStates(WRITER, folder.path, JSON.stringify({ finish }))) {
      states.push(await stateOf(path))
      expect(await keysOf(path)).toEqual(expect.arrayContaining([old.keyPem, next.keyPem]))
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
