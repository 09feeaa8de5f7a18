import { describe, expect, test } from 'vitest'
import { renewalTime } from '../../../src/cli/simulator/renewal-time.ts'
import { createForeignCa } from '../../support/certificate-maker.ts'

const NOON = Date.parse('2026-11-01T12:00:00Z')
const MINUTE = 60_000
const DAY = 1440 * MINUTE

describe('a device renews between two thirds and five sixths of the life that it knows of', () => {
  for (const { name, life, random, after } of [
    { name: '90 days, the first of its fleet', life: 90 * DAY, random: 0, after: 60 * DAY },
    { name: '90 days, the last', life: 90 * DAY, random: 1, after: 75 * DAY },
    // The five minutes by which it is dated back are most of what the certificate says.
    { name: 'a minute', life: MINUTE, random: 0, after: (MINUTE * 2) / 3 },
    { name: 'nothing', life: 0, random: 1, after: 0 },
  ]) {
    test(name, async () => {
      const dates = { notBefore: new Date(NOON - 5 * MINUTE), notAfter: new Date(NOON + life) }
      const { cert } = await (await createForeignCa('CN=a')).make({ commonNames: ['pump'], ...dates })
      expect(renewalTime(cert, () => random).getTime() - NOON).toBe(after)
    })
  }
})
