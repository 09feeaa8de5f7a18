import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readForwardedFor } from '../../../src/api/request/forwarded-for.ts'

const PROXIES = new Set(['10.0.0.1', '10.0.0.2', '2001:db8::1'])
const isProxy = (address: string): boolean => PROXIES.has(address)

describe('X-Forwarded-For', () => {
  for (const { name, header, nearest = '10.0.0.1', expected } of [
    { name: 'nothing', header: '', expected: '10.0.0.1' },
    { name: 'a stranger’s word', header: '192.0.2.7', nearest: '198.51.100.1', expected: '198.51.100.1' },
    { name: 'one proxy’s', header: '192.0.2.7', expected: '192.0.2.7' },
    { name: 'what a client sent before it', header: '127.0.0.1, 192.0.2.7', expected: '192.0.2.7' },
    { name: 'two proxies’', header: '127.0.0.1,192.0.2.7 , 10.0.0.2', expected: '192.0.2.7' },
    { name: 'proxies alone', header: '10.0.0.2, 2001:db8::1', expected: '10.0.0.2' },
    { name: 'an address with a port', header: '192.0.2.7:4711', expected: '192.0.2.7' },
    { name: 'IPv6', header: '2001:DB8:0::7', expected: '2001:db8::7' },
    { name: 'IPv6 with a port', header: '[2001:db8::7]:4711', expected: '2001:db8::7' },
    { name: 'no address', header: '192.0.2.7, unknown', expected: '10.0.0.1' },
    { name: 'no address in brackets', header: '[hub]', expected: '10.0.0.1' },
    { name: 'a broken address', header: '192.0.2.7, 1.2.3', expected: '10.0.0.1' },
    { name: 'an empty entry', header: '192.0.2.7,', expected: '10.0.0.1' },
  ]) {
    test(`${name}: ${expected}`, () => expect(readForwardedFor(header, nearest, isProxy)).toBe(expected))
  }

  test('names the right-most address that is no proxy, whatever stands before it', () => {
    const isListed = (address: string): boolean => address.startsWith('10.')
    const proxies = fc.array(
      fc.nat(255).map((octet) => `10.0.0.${octet}`),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(fc.string(), proxies, (before, behind) => {
        const header = [before, '192.0.2.7', ...behind].join(', ')
        expect(readForwardedFor(header, '10.1.1.1', isListed)).toBe('192.0.2.7')
      }),
    )
  })
})
