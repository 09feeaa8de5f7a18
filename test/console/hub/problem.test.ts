import { expect, test } from 'vitest'
import { ProblemError, toProblem } from '../../../src/console/hub/problem.ts'

const PROBLEM = { title: 'Gone', status: 410, detail: 'The link was used', code: 'link_used' }

test('a refusal of the API is shown as the API writes it', () => {
  const error = new ProblemError(PROBLEM)
  expect(error).toMatchObject({ name: 'ProblemError', message: 'The link was used' })
  expect(toProblem(error)).toBe(PROBLEM)
})

for (const thrown of [new RangeError('too far'), 'too far']) {
  test(`what else is thrown, as ${typeof thrown}, is shown as unexpected`, () => {
    expect(toProblem(thrown)).toEqual({ title: 'Unexpected', status: 0, detail: 'too far', code: 'unexpected' })
  })
}
