import { describe, expect, test } from 'vitest'
import { isSessionCookie } from '../../../src/api/access/session-cookie.ts'

describe('the cookie of the hub is known', () => {
  for (const { cookie, expected } of [
    { cookie: '__Host-signet=x', expected: true },
    { cookie: '__Host-signet', expected: true },
    { cookie: ' __HOST-Signet =x; Path=/', expected: true },
    { cookie: '=__Host-signet=x', expected: true },
    { cookie: '== __Host-signet=x', expected: true },
    { cookie: '__Host-signet2=x', expected: false },
    { cookie: 'a=__Host-signet', expected: false },
    { cookie: 'signet=x', expected: false },
    { cookie: '', expected: false },
  ]) {
    test(`${JSON.stringify(cookie)}: ${expected}`, () => expect(isSessionCookie(cookie)).toBe(expected))
  }
})
