import { expect, test } from 'vitest'
import { networkOf } from '../../src/edge/address-network.ts'

for (const { address, prefixes = { ipv4: 24, ipv6: 48 }, expected } of [
  { address: '192.0.2.77', expected: '192.0.2.0/24' },
  { address: '192.0.2.77', prefixes: { ipv4: 32, ipv6: 48 }, expected: '192.0.2.77/32' },
  { address: '::ffff:192.0.2.77', expected: '192.0.2.0/24' },
  { address: '2001:db8:1:2::3', expected: '2001:db8:1::/48' },
  { address: '2001:db8:1:2::3', prefixes: { ipv4: 24, ipv6: 128 }, expected: '2001:db8:1:2::3/128' },
  { address: 'unknown', expected: 'unknown' },
]) {
  test(`${address} is in ${expected}`, () => expect(networkOf(address, prefixes)).toBe(expected))
}
