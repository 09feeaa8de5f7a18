import { describe, expect, test } from 'vitest'
import { isCrossOrigin } from '../../../src/api/access/cross-origin.ts'

describe('a request', () => {
  for (const { origin, url, expected } of [
    { origin: undefined, url: 'https://hub:3000/api', expected: false },
    { origin: 'https://hub:3000', url: 'https://hub:3000/api', expected: false },
    { origin: 'https://hub', url: 'https://hub:443/api', expected: false },
    { origin: 'https://hub', url: 'https://hub:3000/api', expected: true },
    { origin: 'http://hub:3000', url: 'https://hub:3000/api', expected: true },
    { origin: 'https://hub.example.com:3000', url: 'https://hub:3000/api', expected: true },
    { origin: 'null', url: 'https://hub:3000/api', expected: true },
    { origin: '', url: 'https://hub:3000/api', expected: true },
  ]) {
    test(`of ${origin ?? 'no page'} at ${url} ${expected ? 'comes from elsewhere' : 'is our own'}`, () => {
      expect(isCrossOrigin(origin, url)).toBe(expected)
    })
  }
})
