import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { CaKey } from '../../src/ca/ca-key.ts'
import { askOnce, CaKeys } from '../../src/ca/ca-keys.ts'
import { createKeySigner } from '../../src/ca/ca-signer.ts'
import { type KeyCustody, toOpenKey } from '../../src/ca/key-custody.ts'
import { systemClock } from '../../src/clock.ts'
import { DomainError } from '../../src/errors.ts'
import { recordedLog } from './recorded-log.ts'

async function openKey(passphrase: string | undefined, given = passphrase): Promise<CaKey> {
  const signer = createKeySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
  const custody: KeyCustody = {
    kind: 'file',
    isProtected: passphrase !== undefined,
    async open(secret = given) {
      if (secret === passphrase) return toOpenKey(signer)
      throw new DomainError(
        secret === undefined ? 'passphrase_missing' : 'passphrase_wrong',
        'The passphrase is another',
      )
    },
  }
  const key = new CaKey({ custody, publicKey: signer.publicKey, clock: systemClock, logger: recordedLog().logger })
  await key.open()
  return key
}

function record(keys: CaKeys): readonly boolean[] {
  const changes: boolean[] = []
  keys.onChange(() => changes.push(keys.isLocked))
  return changes
}

test('two keys are locked and unlocked by one call each, and that is told once', async () => {
  const both = [await openKey('secret'), await openKey('secret')] as const
  await using keys = new CaKeys(both)
  const changes = record(keys)
  keys.lock()
  expect(both.map(({ isLocked }) => isLocked)).toEqual([true, true])
  expect(() => keys.requireUnlocked()).toThrow(expect.objectContaining({ code: 'ca_locked' }))
  await keys.unlock('secret')
  keys.requireUnlocked()
  expect(both.map(({ isLocked }) => isLocked)).toEqual([false, false])
  expect(changes).toEqual([true, false])
})

test('keys of two passphrases are unlocked one after the other', async () => {
  const [first, second] = [await openKey('first'), await openKey('second')]
  await using keys = new CaKeys([first, second])
  keys.lock()
  await expect(keys.unlock('second')).rejects.toMatchObject({ code: 'passphrase_wrong' })
  expect([first.isLocked, second.isLocked, keys.isLocked]).toEqual([true, false, true])
  await keys.unlock('first')
  expect(keys.isLocked).toBe(false)
})

test('where one cannot be locked none is', async () => {
  const [sealed, clear] = [await openKey('secret'), await openKey(undefined)]
  await using keys = new CaKeys([sealed, clear])
  expect(() => keys.lock()).toThrow(expect.objectContaining({ code: 'ca_key_in_clear' }))
  expect(keys.isLocked).toBe(false)
})

test('the key of a CA that takes over is locked where the others were locked meanwhile', async () => {
  await using keys = new CaKeys([await openKey('secret')])
  const changes = record(keys)
  keys.lock()
  const next = await openKey('secret')
  keys.begin(next)
  expect([keys.current, next.isLocked]).toEqual([next, true])
  await keys.unlock('secret')
  expect([next.isLocked, ...changes]).toEqual([false, true, false])
})

test('a key that is let go of signs nothing more, and is not waited for', async () => {
  const [current, old] = [await openKey('secret'), await openKey('other', '')]
  await using keys = new CaKeys([current, old])
  const changes = record(keys)
  await keys.recover()
  expect(keys.fault).toMatchObject({ code: 'passphrase_wrong' })
  await keys.finish()
  expect([keys.isLocked, ...changes]).toEqual([false, false])
  await expect(old.sign(Buffer.from('tbs'))).rejects.toMatchObject({ code: 'ca_locked' })
})

test('whoever is asked for one key is asked for the next only where that answer is wrong', async () => {
  const answers = ['first', 'second', undefined]
  const ask = askOnce(async () => answers.shift())
  const one = ask()
  expect(await one()).toBe('first')
  const other = ask()
  expect([await other(), await other(), await other()]).toEqual(['first', 'second', undefined])
})
