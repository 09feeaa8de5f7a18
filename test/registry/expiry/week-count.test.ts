import { expect, test } from 'vitest'
import { createCertificateStore } from '../../../src/db/certificate-store.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { createExpiryStore } from '../../../src/db/expiry-store.ts'
import { createTransaction } from '../../../src/db/transaction.ts'
import { countWeeks } from '../../../src/registry/expiry/week-count.ts'
import { createCertificate, minutesAfterNoon, NOON } from '../../db/records.ts'

const DAY = 1440

test('the ends of certificates are counted by weeks, each good one once', async () => {
  using database = openDatabase()
  const certificates = createCertificateStore(database)
  const certify = (id: string, days: number, more: Parameters<typeof createCertificate>[1] = {}): void =>
    certificates.insert(createCertificate(id, { notAfter: minutesAfterNoon(days * DAY), ...more }))
  certify('now', 0)
  certify('week', 7)
  certify('month', 29.9)
  certify('later', 30)
  certify('last', 83.9)
  certify('beyond', 84)
  certify('past', -1)
  certify('just past', -0.01)
  certify('revoked', 1, { revokedAt: NOON, revocationReason: 'keyCompromise' })
  certify('retired', 1, { retiresAt: NOON })
  certify('pending', 1, { pendingSince: NOON })
  certify('replaced', 1)
  certify('replaced', 365)
  const { within30Days, byWeek } = await countWeeks(createExpiryStore(database), NOON)
  expect(within30Days).toBe(3)
  expect(byWeek).toEqual([1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1])
})

test('the ends of a large fleet are counted in parts, one a turn of the event loop', async () => {
  using database = openDatabase()
  const certificates = createCertificateStore(database)
  createTransaction(database)(() => {
    for (let number = 0; number < 1200; number++) {
      certificates.insert(
        createCertificate(`device-${number}`, { notAfter: minutesAfterNoon((number % 12) * 7 * DAY) }),
      )
    }
  })
  const store = createExpiryStore(database)
  let isAsked = false
  const listEnds: typeof store.listEnds = (...query) => {
    expect(isAsked, 'asked twice in a turn').toBe(false)
    isAsked = true
    setImmediate(() => {
      isAsked = false
    })
    return store.listEnds(...query)
  }
  const { within30Days, byWeek } = await countWeeks({ listEnds }, NOON)
  expect(byWeek).toEqual(Array.from({ length: 12 }, () => 100))
  expect(within30Days).toBe(500)
})
