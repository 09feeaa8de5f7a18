import { describe, expect, test } from 'vitest'
import { isLoopbackAddress } from '../src/loopback.ts'

describe('an address', () => {
  for (const { address, expected } of [
    { address: '127.0.0.1', expected: true },
    { address: '127.255.255.254', expected: true },
    { address: '::1', expected: true },
    { address: '0:0:0:0:0:0:0:1', expected: true },
    { address: '::ffff:127.0.0.1', expected: true },
    { address: '::ffff:192.0.2.1', expected: false },
    { address: '128.0.0.1', expected: false },
    { address: '::', expected: false },
    { address: 'localhost', expected: false },
    { address: '', expected: false },
  ]) {
    test(`"${address}" is ${expected ? '' : 'not '}loopback`, () => expect(isLoopbackAddress(address)).toBe(expected))
  }
})
