import { afterEach, expect, test, vi } from 'vitest'
import { readPreference, writePreference } from '../../src/console/preference.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

test('what the browser was told it remembers, under a name that nothing else has', () => {
  expect(readPreference('theme')).toBeUndefined()
  writePreference('theme', 'dark')
  expect(readPreference('theme')).toBe('dark')
  expect(localStorage.getItem('signet.theme')).toBe('dark')
})

test('a browser that keeps nothing remembers nothing, and complains of nothing', () => {
  const forbidden = (): never => {
    throw new DOMException('The operation is insecure', 'SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: forbidden, setItem: forbidden })
  writePreference('theme', 'dark')
  expect(readPreference('theme')).toBeUndefined()
})
