import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { retryDelay } from '../../../src/events/webhooks/retry-delay.ts'
import { createSecret, signBody } from '../../../src/events/webhooks/signature.ts'
import { needPrograms } from '../../support/foreign-program.ts'
import { NOON } from './webhook-records.ts'

test('OpenSSL finds the same signature', (context) => {
  needPrograms(context, 'openssl')
  const secret = createSecret()
  const body = '{"text":"Привет, \\"pump\\""}'
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signBody(secret, NOON, body)) ?? []
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret], { input: `${t}.${body}` }).toString()
  expect(digest.trim().split(' ').at(-1)).toBe(v1)
  expect(Number(t) * 1000).toBe(NOON.getTime())
})

test('no two secrets are alike', () => {
  const secrets = Array.from({ length: 100 }, createSecret)
  expect(new Set(secrets).size).toBe(100)
  expect(secrets[0]).toMatch(/^whsec_[\w-]{43}$/)
})

for (const { attempts, random, asked, expected } of [
  { attempts: 1, random: 0, expected: 2500 },
  { attempts: 1, random: 1, expected: 5000 },
  { attempts: 3, random: 1, expected: 20_000 },
  { attempts: 30, random: 1, expected: 3_600_000 },
  { attempts: 1, random: 1, asked: 60_000, expected: 60_000 },
  { attempts: 1, random: 1, asked: 999_000_000, expected: 3_600_000 },
]) {
  test(`after ${attempts} attempts at ${random}, asked for ${asked ?? 'nothing'}: ${expected} ms`, () =>
    expect(retryDelay(attempts, random, asked)).toBe(expected))
}
