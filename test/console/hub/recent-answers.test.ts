import { expect, test } from 'vitest'
import { createRecentAnswers } from '../../../src/console/hub/recent-answers.ts'

/** Counts how often it was asked. */
function createQuestion() {
  let asked = 0
  return async (): Promise<number> => {
    asked += 1
    return asked
  }
}

const LONG_MS = 60_000

test('an answer is given again while it is young enough, also to who asks before it is there', async () => {
  const recent = createRecentAnswers()
  const ask = createQuestion()
  expect(await Promise.all([recent.find('a', LONG_MS, ask), recent.find('a', LONG_MS, ask)])).toEqual([1, 1])
  expect(await recent.find('a', LONG_MS, ask)).toBe(1)
  expect(await recent.find('b', LONG_MS, ask)).toBe(2)
  expect(await recent.find('a', 0, ask)).toBe(3)
  expect(await recent.find('a', LONG_MS, ask)).toBe(3)
})

test('nothing is given again once something was changed', async () => {
  const recent = createRecentAnswers()
  const ask = createQuestion()
  await recent.find('a', LONG_MS, ask)
  recent.forget()
  expect(await recent.find('a', LONG_MS, ask)).toBe(2)
})

test('what could not be had is asked for again', async () => {
  const recent = createRecentAnswers()
  await expect(recent.find('a', LONG_MS, () => Promise.reject(new Error('no hub')))).rejects.toThrow('no hub')
  expect(await recent.find('a', LONG_MS, createQuestion())).toBe(1)
})

test('one that could not be had does not take the place of one that was asked for since', async () => {
  const recent = createRecentAnswers()
  const { promise, reject } = Promise.withResolvers<number>()
  const lost = recent.find('a', LONG_MS, () => promise)
  recent.forget()
  const ask = createQuestion()
  await recent.find('a', LONG_MS, ask)
  reject(new Error('no hub'))
  await expect(lost).rejects.toThrow('no hub')
  expect(await recent.find('a', LONG_MS, ask)).toBe(1)
})
