import { createHash } from 'node:crypto'
import { compare } from 'bcryptjs'
import { expect, test } from 'vitest'
import type { LegacyCredential } from '../../src/registry/legacy-credential.ts'
import type { Login } from '../../src/registry/login.ts'
import { createPasswordChecks } from '../../src/registry/password-checks.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

const ADDRESS = '192.0.2.7'
const GOOD: Login = { userName: 'pump', password: Buffer.from('good') }
const BAD: Login = { userName: 'pump', password: Buffer.from('bad') }

test('what was right is known from then on, and what was wrong is compared again', async () => {
  const checks = createPasswordChecks(createTestClock().now, compare)
  const credential = credentialOf('good')
  expect(checks.recall(GOOD, credential)).toBeUndefined()
  expect(checks.recall(await checks.compare(BAD, credential, ADDRESS), credential)).toBe('wrong')
  expect(checks.recall(BAD, credential)).toBeUndefined()
  expect(checks.recall(await checks.compare(GOOD, credential, ADDRESS), credential)).toBe('right')
  expect(checks.recall(GOOD, credential)).toBe('right')
  expect(checks.recall(BAD, credential)).toBeUndefined()
})

test('what is known of one hash is nothing to another', async () => {
  const checks = createPasswordChecks(createTestClock().now, compare)
  const proven = await checks.compare(GOOD, credentialOf('good'), ADDRESS)
  expect(checks.recall(proven, credentialOf('other'))).toBeUndefined()
  expect(checks.recall(GOOD, { ...credentialOf('good'), deviceId: 'valve' })).toBeUndefined()
})

test('many that come at once wait in turn, and more than can wait are told so', async () => {
  const checks = createPasswordChecks(createTestClock().now, compare)
  const credential = credentialOf('good')
  const outcomes = await Promise.all(
    Array.from({ length: 600 }, (_, index) => checks.compare({ ...GOOD, userName: `${index}` }, credential, ADDRESS)),
  )
  const counted = Object.groupBy(outcomes, ({ proof }) => proof?.outcome ?? 'none')
  expect([counted.right?.length, counted.unchecked?.length]).toEqual([501, 99])
  expect(checks.recall(await checks.compare(GOOD, credential, ADDRESS), credential)).toBe('right')
})

test('attempts that are not over yet are counted', async () => {
  const checks = createPasswordChecks(createTestClock().now, compare)
  const credential = credentialOf('good')
  const attempts = Array.from({ length: 5 }, () => checks.compare(BAD, credential, ADDRESS))
  expect(checks.isExhausted('pump', ADDRESS)).toBe(true)
  await Promise.all(attempts)
})

test('a right one forgives the wrong ones before it', async () => {
  const checks = createPasswordChecks(createTestClock().now, compare)
  const credential = credentialOf('good')
  for (let time = 0; time < 4; time++) await checks.compare(BAD, credential, ADDRESS)
  await checks.compare(GOOD, credential, ADDRESS)
  await checks.compare(BAD, credential, ADDRESS)
  expect(checks.isExhausted('pump', ADDRESS)).toBe(false)
})

test('a failed comparison makes room for the next', async () => {
  const checks = createPasswordChecks(createTestClock().now, compare)
  const broken: LegacyCredential = {
    ...credentialOf('good'),
    hash: { algorithm: 'pbkdf2', digest: 'AAAA', salt: '', iterations: 0, macFunction: 'sha256' },
  }
  for (let time = 0; time < 3; time++) await expect(checks.compare(GOOD, broken, ADDRESS)).rejects.toThrow()
  expect(await checks.compare(GOOD, credentialOf('good'), ADDRESS)).toMatchObject({ proof: { outcome: 'right' } })
})

function credentialOf(password: string): LegacyCredential {
  const digest = createHash('sha256').update(password).digest('base64')
  return {
    deviceId: 'pump',
    userName: 'pump',
    hash: { algorithm: 'sha256', digest, salt: '', saltPosition: 'prefix' },
    endsAt: new Date(1e13),
    createdAt: new Date(0),
  }
}
