import { describe, expect, test } from 'vitest'
import { editDistance, nearestName } from '../src/nearest-name.ts'

describe('the distance of two names is the number of letters to add, drop, change or swap', () => {
  for (const { from, to, expected } of [
    { from: 'port', to: 'port', expected: 0 },
    { from: 'prot', to: 'port', expected: 1 },
    { from: 'pot', to: 'port', expected: 1 },
    { from: 'pport', to: 'port', expected: 1 },
    { from: 'part', to: 'port', expected: 1 },
    { from: '', to: 'port', expected: 4 },
    { from: 'kitten', to: 'sitting', expected: 3 },
  ]) {
    test(`${from || 'nothing'} to ${to}: ${expected}`, () => expect(editDistance(from, to)).toBe(expected))
  }
})

describe('a mistyped name is told the nearest known one', () => {
  const known = ['api.port', 'api.host', 'mqtt.port', 'log.level']
  for (const { name, expected } of [
    { name: 'api.prot', expected: 'api.port' },
    { name: 'API.PORT', expected: 'api.port' },
    { name: 'mqtt.prt', expected: 'mqtt.port' },
    { name: 'log.lvl', expected: 'log.level' },
    { name: 'constructor', expected: undefined },
    { name: 'x', expected: undefined },
  ]) {
    test(`${name}: ${expected ?? 'none is near'}`, () => expect(nearestName(name, known)).toBe(expected))
  }
})
