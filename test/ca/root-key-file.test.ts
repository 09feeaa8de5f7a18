import { chmod, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exportPrivateKey, generateKeyPair } from '../../src/ca/key-pair.ts'
import { checkRootKeyFile, createRootKeyFile } from '../../src/ca/root-key-file.ts'
import { isSealed } from '../../src/ca/sealed-key.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { recordedLog } from './recorded-log.ts'

const PASSPHRASE = 'correct horse battery staple'
const { privateKey } = await generateKeyPair('ec-p256')

test('the key of a root is kept for its owner alone, and may be away', async () => {
  await using folder = await temporaryFolder()
  const { logger, lines } = recordedLog()
  const options = { certsDir: folder.path, passphrase: undefined, logger }
  const rootKey = createRootKeyFile(options)
  await checkRootKeyFile(options)
  expect(await rootKey.read()).toBeUndefined()
  await rootKey.keep(privateKey)
  expect((await rootKey.read())?.equals(privateKey)).toBe(true)
  expect(lines).toEqual([])
  await chmod(rootKey.path, 0o640)
  await rootKey.read()
  expect(lines).toMatchObject([{ msg: 'Private key is open to its group' }])
})

test('the key of a root is encrypted as the key of the CA is', async () => {
  await using folder = await temporaryFolder()
  const { logger, lines } = recordedLog()
  const options = { certsDir: folder.path, passphrase: PASSPHRASE, logger }
  const rootKey = createRootKeyFile(options)
  await rootKey.keep(privateKey)
  expect(isSealed(await readFile(rootKey.path, 'utf8'))).toBe(true)
  expect((await rootKey.read())?.equals(privateKey)).toBe(true)
  const without = createRootKeyFile({ ...options, passphrase: undefined })
  await expect(without.read()).rejects.toMatchObject({ code: 'passphrase_missing' })
  const wrong = createRootKeyFile({ ...options, passphrase: 'another passphrase' })
  await expect(wrong.read()).rejects.toMatchObject({ code: 'passphrase_wrong' })
  // One that was put there in the clear is encrypted at the next start.
  await writeFile(rootKey.path, exportPrivateKey(privateKey))
  await checkRootKeyFile(options)
  expect(isSealed(await readFile(rootKey.path, 'utf8'))).toBe(true)
  expect(lines.map(({ msg }) => msg)).toEqual([
    'CA key encrypted in its file',
    'Key of the root is on this machine: move it to a safe place, the next CA alone needs it',
  ])
})
