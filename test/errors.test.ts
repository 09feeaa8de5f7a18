import { expect, test } from 'vitest'
import { DomainError, ERROR_CODES } from '../src/errors.ts'

test('a refusal carries its code, its sentence and what caused it', () => {
  const cause = new Error('disk full')
  const error = new DomainError('file_unreachable', 'data/hub.db cannot be written', { cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'DomainError', code: 'file_unreachable', cause })
  expect(String(error)).toBe('DomainError: data/hub.db cannot be written')
})

test('the codes are lower case, each once, in order', () => {
  expect([...new Set(ERROR_CODES)].sort()).toEqual([...ERROR_CODES])
  for (const code of ERROR_CODES) expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
})
