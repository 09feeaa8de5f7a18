import { expect, test } from 'vitest'
import { WrongPasswords } from '../../src/registry/wrong-passwords.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

test('five of one user name from one address are enough, for a minute after the first', () => {
  const clock = createTestClock()
  const wrong = new WrongPasswords(clock.now)
  for (let time = 0; time < 5; time++) {
    expect(wrong.isExhausted('pump', '192.0.2.1')).toBe(false)
    wrong.note('pump', '192.0.2.1')
  }
  expect(wrong.isExhausted('pump', '192.0.2.1')).toBe(true)
  expect(wrong.isExhausted('pump', '192.0.2.2')).toBe(false)
  expect(wrong.isExhausted('valve', '192.0.2.1')).toBe(false)
  clock.advance(60_000)
  expect(wrong.isExhausted('pump', '192.0.2.1')).toBe(false)
})

test('who is forgiven begins anew', () => {
  const wrong = new WrongPasswords(createTestClock().now)
  for (let time = 0; time < 5; time++) wrong.note('pump', '192.0.2.1')
  wrong.forgive('pump', '192.0.2.1')
  expect(wrong.isExhausted('pump', '192.0.2.1')).toBe(false)
})

test('memory is bounded: the oldest count gives way', () => {
  const wrong = new WrongPasswords(createTestClock().now)
  for (let time = 0; time < 5; time++) wrong.note('pump', '192.0.2.1')
  for (let index = 0; index < 9_999; index++) wrong.note('pump', `address ${index}`)
  expect(wrong.isExhausted('pump', '192.0.2.1')).toBe(true)
  wrong.note('pump', 'one more')
  expect(wrong.isExhausted('pump', '192.0.2.1')).toBe(false)
})
