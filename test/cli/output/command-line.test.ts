import { describe, expect, test } from 'vitest'
import { formatCommandLine, formatPath } from '../../../src/cli/output/command-line.ts'

describe('a word is quoted where a shell would read it otherwise', () => {
  for (const { word, expected } of [
    { word: 'certs/dev:1-cert.pem', expected: 'certs/dev:1-cert.pem' },
    { word: '{"a": 1}', expected: `'{"a": 1}'` },
    { word: 'my certs', expected: "'my certs'" },
    { word: "it's", expected: `'it'\\''s'` },
    { word: '#', expected: "'#'" },
    { word: '', expected: "''" },
  ]) {
    test(expected, () => expect(formatCommandLine(['x', word])).toBe(`x ${expected}`))
  }
})

describe('a path is relative where it lies below the current folder', () => {
  for (const { path, expected } of [
    { path: '/home/certs/ca.pem', expected: 'certs/ca.pem' },
    { path: '/etc/ca.pem', expected: '/etc/ca.pem' },
    { path: '/home', expected: '/home' },
  ]) {
    test(path, () => expect(formatPath(path, '/home')).toBe(expected))
  }
})
