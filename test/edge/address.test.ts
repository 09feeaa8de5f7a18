import { expect, test } from 'vitest'
import { readAddress } from '../../src/edge/address.ts'

test.each([
  { remoteAddress: '::ffff:192.0.2.7', expected: '192.0.2.7' },
  { remoteAddress: '192.0.2.7', expected: '192.0.2.7' },
  { remoteAddress: '2001:db8::7', expected: '2001:db8::7' },
  { remoteAddress: '::1', expected: '::1' },
  { remoteAddress: 'fe80::1%eth0', expected: 'fe80::1%eth0' },
  { remoteAddress: undefined, expected: 'unknown' },
])('the peer at $remoteAddress is written $expected', ({ remoteAddress, expected }) => {
  expect(readAddress({ remoteAddress })).toBe(expected)
})
