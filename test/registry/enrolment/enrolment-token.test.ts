import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  covers,
  type EnrolmentToken,
  isDevicePattern,
  stateOfToken,
} from '../../../src/registry/enrolment/enrolment-token.ts'

const NOON = new Date('2026-11-22T12:00:00.000Z')
const TOKEN: EnrolmentToken = {
  id: 't',
  secretHash: Buffer.alloc(32),
  deviceId: 'pump',
  userId: undefined,
  policies: [],
  profile: 'default',
  approval: false,
  onExisting: 'fail',
  maxUses: 2,
  uses: 1,
  createdAt: NOON,
  expiresAt: new Date(NOON.getTime() + 1),
  lastUsedAt: undefined,
  revokedAt: undefined,
}

describe('a token is for', () => {
  for (const { deviceId, id, expected } of [
    { deviceId: 'pump', id: 'pump', expected: true },
    { deviceId: 'pump', id: 'pump-1', expected: false },
    { deviceId: 'pump', id: 'Pump', expected: false },
    { deviceId: 'pump-*', id: 'pump-1', expected: true },
    { deviceId: 'pump-*', id: 'pump-', expected: true },
    { deviceId: 'pump-*', id: 'a-pump-1', expected: false },
    { deviceId: '*-1', id: 'pump-1', expected: true },
    { deviceId: '*-1', id: 'pump-1-2', expected: false },
    { deviceId: 'a*a', id: 'a', expected: false },
    { deviceId: 'a*a', id: 'aa', expected: true },
    { deviceId: 'a*b*c', id: 'a1b2c', expected: true },
    { deviceId: 'a*b*c', id: 'acb', expected: false },
    { deviceId: 'a*bb*b', id: 'abb', expected: false },
    { deviceId: '*', id: 'anything', expected: true },
    { deviceId: 'a.c*', id: 'abc', expected: false },
  ]) {
    test(`${deviceId} ${expected ? 'is' : 'is not'} for ${id}`, () => expect(covers({ deviceId }, id)).toBe(expected))
  }

  test('what a regular expression of the same pattern matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
    const id = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(text, id, (deviceId, one) => {
        expect(covers({ deviceId }, one)).toBe(new RegExp(`^${deviceId.replaceAll('*', '.*')}$`).test(one))
      }),
      { numRuns: 2000 },
    )
  })
})

test('a pattern has a star, and else what ids have', () => {
  const texts = ['sensor-*', '*', 'aa:bb:*', 'pump', 'a b*', 'a/*', `${'a'.repeat(64)}*`]
  expect(texts.filter(isDevicePattern)).toEqual(['sensor-*', '*', 'aa:bb:*'])
})

for (const { more, now = NOON, expected } of [
  { more: {}, expected: 'active' },
  { more: {}, now: TOKEN.expiresAt, expected: 'expired' },
  { more: { uses: 2 }, expected: 'used' },
  { more: { uses: 2, revokedAt: NOON }, expected: 'revoked' },
] as const) {
  test(`a token with ${JSON.stringify(more)} at ${now.toISOString()} is ${expected}`, () =>
    expect(stateOfToken({ ...TOKEN, ...more }, now)).toBe(expected))
}
