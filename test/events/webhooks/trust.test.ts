import { getCACertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { createTrust } from '../../../src/events/webhooks/trust.ts'

const [FIRST = '', SECOND = '', THIRD = ''] = getCACertificates('bundled')

test('what certificates are verified with is made once, and again after a rotation of the CA', () => {
  let ownCa = SECOND
  let asked = 0
  const roots = (): readonly string[] => {
    asked++
    return [FIRST, FIRST]
  }
  const trust = createTrust({ roots, ownCa: () => ownCa })
  const before = trust()
  expect(trust()).toBe(before)
  ownCa = THIRD
  const after = trust()
  expect(after).not.toBe(before)
  expect([trust(), asked]).toEqual([after, 1])
})
