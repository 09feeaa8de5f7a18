import { describe, expect, test } from 'vitest'
import { createNetworks } from '../../src/edge/networks.ts'

describe('networks', () => {
  for (const { named, address, expected } of [
    { named: [], address: '192.0.2.7', expected: false },
    { named: ['192.0.2.7'], address: '192.0.2.7', expected: true },
    { named: ['192.0.2.7'], address: '192.0.2.8', expected: false },
    { named: ['192.0.2.0/24'], address: '192.0.2.255', expected: true },
    { named: ['192.0.2.0/24'], address: '192.0.3.0', expected: false },
    { named: ['10.0.0.0/8', '2001:db8::/32'], address: '2001:db8::7', expected: true },
    { named: ['2001:db8::7'], address: '2001:db8::7', expected: true },
    { named: ['0.0.0.0/0'], address: '::1', expected: false },
    { named: ['::/0'], address: '192.0.2.7', expected: false },
    { named: ['::/0', '0.0.0.0/0'], address: 'unknown', expected: false },
  ]) {
    test(`${JSON.stringify(named)} ${expected ? 'hold' : 'do not hold'} ${address}`, () =>
      expect(createNetworks(named).has(address)).toBe(expected))
  }

  test('are told as they were named', () => expect(createNetworks(['10.0.0.0/8', '::1']).text).toBe('10.0.0.0/8, ::1'))
})
