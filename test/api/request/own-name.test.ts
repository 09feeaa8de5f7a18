import { describe, expect, test } from 'vitest'
import { canonicalHost, isOwnName } from '../../../src/api/request/own-name.ts'

const NAMES = ['Hub-1', 'hub.example.com.', '*.iot.example.com', '192.0.2.1', '2001:DB8::1']

describe('a host is the hub', () => {
  for (const { host, expected } of [
    { host: 'localhost', expected: true },
    { host: '127.0.0.2', expected: true },
    { host: '[::1]', expected: true },
    { host: 'HUB-1', expected: true },
    { host: 'hub.example.com', expected: true },
    { host: 'a.iot.example.com', expected: true },
    { host: '192.0.2.1', expected: true },
    { host: '[2001:db8:0::1]', expected: true },
    { host: 'iot.example.com', expected: false },
    { host: 'a.b.iot.example.com', expected: false },
    { host: 'localhost.evil.example', expected: false },
    { host: 'evil.example', expected: false },
    { host: '', expected: false },
  ]) {
    test(`${host}: ${expected ? 'yes' : 'no'}`, () => expect(isOwnName(canonicalHost(host), NAMES)).toBe(expected))
  }
})
