import { expect, test } from 'vitest'
import { readPasswordsUntil } from '../../../src/cli/import/passwords-until.ts'

for (const { text, expected } of [
  { text: undefined, expected: undefined },
  { text: '2027-03-31', expected: '2027-03-31T00:00:00Z' },
  { text: '2027-03-31T18:00:00Z', expected: '2027-03-31T18:00:00Z' },
  { text: '2027-03-31t18:00:00.5+02:00', expected: '2027-03-31T18:00:00.5+02:00' },
]) {
  test(`ok/${text}`, () =>
    expect(readPasswordsUntil(text === undefined ? {} : { passwordsUntil: text })).toBe(expected))
}

for (const text of ['', 'tomorrow', '31.3.2027', '2027-03-31T18:00:00', '2027-03-31 18:00:00Z']) {
  test(`refused/${text}`, () => {
    expect(() => readPasswordsUntil({ passwordsUntil: text })).toThrow(/is no date: 2027-03-31 and/)
  })
}
