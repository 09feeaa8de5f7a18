import { describe, expect, test } from 'vitest'
import { readSystemCode } from '../../src/cli/command-failed.ts'

describe("a failure is told by the system's word, or by its own", () => {
  for (const { name, error, expected } of [
    {
      name: 'a system error',
      error: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      expected: 'ECONNREFUSED',
    },
    { name: 'any other error', error: new Error('no answer'), expected: 'no answer' },
    { name: 'something thrown', error: 'stop', expected: 'stop' },
  ]) {
    test(name, () => expect(readSystemCode(error)).toBe(expected))
  }
})
