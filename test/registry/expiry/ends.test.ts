import { describe, expect, test } from 'vitest'
import { countCertificateChanges } from '../../../src/db/certificate-changes.ts'
import { createCertificateStore } from '../../../src/db/certificate-store.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { createExpiryStore } from '../../../src/db/expiry-store.ts'
import { createTransaction } from '../../../src/db/transaction.ts'
import { countEnds } from '../../../src/registry/expiry/end-count.ts'
import { createEnds } from '../../../src/registry/expiry/ends.ts'
import { countWeeks } from '../../../src/registry/expiry/week-count.ts'
import { createCertificate, minutesAfterNoon, NOON } from '../../db/records.ts'

const DAY = 1440

function createScene() {
  const database = openDatabase()
  const certificates = createCertificateStore(database)
  const store = createExpiryStore(database)
  let now = NOON
  const questions: string[] = []
  let failure: Error | undefined
  const listEnds: typeof store.listEnds = (now, limit, after) => {
    questions.push(after?.subjectId ?? 'from the beginning')
    if (failure) throw failure
    return store.listEnds(now, limit, after)
  }
  return {
    database,
    certificates,
    advance: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds)
    },
    questions,
    fail: (error: Error | undefined) => {
      failure = error
    },
    ends: createEnds({ store: { listEnds }, changes: countCertificateChanges(database), clock: () => now }),
    certify(id: string, days: number, more: Parameters<typeof createCertificate>[1] = {}): void {
      certificates.insert(createCertificate(id, { notAfter: minutesAfterNoon(days * DAY), ...more }))
    },
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}

describe('the ends of certificates', () => {
  test('are counted by weeks, each good one once', async () => {
    using scene = createScene()
    const { certify, ends } = scene
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
    const { within30Days, byWeek } = countWeeks(await ends(), NOON)
    expect(within30Days).toBe(3)
    expect(byWeek).toEqual([1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1])
    expect(countEnds(await ends(), NOON)).toEqual([
      { kind: 'device', expired: 2, within1Day: 1, within7Days: 1, within30Days: 2, within90Days: 2, later: 1 },
    ])
  })

  test('of a large fleet are read in parts, one a turn of the event loop', async () => {
    using scene = createScene()
    const { certify, database, questions, ends } = scene
    createTransaction(database)(() => {
      for (let number = 0; number < 1200; number++) certify(`device-${number}`, (number % 12) * 7)
    })
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    const times = await ends()
    isDone = true
    expect(countWeeks(times, NOON)).toEqual({ within30Days: 500, byWeek: Array.from({ length: 12 }, () => 100) })
    expect(questions).toHaveLength(5)
    expect(turns).toBeGreaterThanOrEqual(4)
  })

  test('are read once for all who ask, and again when a certificate has changed', async () => {
    using scene = createScene()
    const { certify, certificates, questions, ends } = scene
    certify('one', 1)
    const [first, second] = await Promise.all([ends(), ends()])
    expect(second).toBe(first)
    expect(await ends()).toBe(first)
    expect(questions).toHaveLength(1)
    certify('two', 2)
    expect((await ends()).get('device')).toHaveLength(2)
    const fingerprints = certificates.listOf('device', 'two').map(({ fingerprint }) => fingerprint)
    certificates.markRevoked(fingerprints, NOON, 'keyCompromise')
    expect((await ends()).get('device')).toEqual(Float64Array.of(minutesAfterNoon(DAY).getTime()))
    expect(questions).toHaveLength(3)
  })

  test('are read again after a minute, and when the clock was set back: what was replaced retires by itself', async () => {
    using scene = createScene()
    const { certify, advance, questions, ends } = scene
    certify('retiring', 1, { retiresAt: minutesAfterNoon(1) })
    expect((await ends()).get('device')).toHaveLength(1)
    advance(59_999)
    expect((await ends()).get('device')).toHaveLength(1)
    advance(1)
    expect((await ends()).get('device')).toBeUndefined()
    expect(questions).toHaveLength(2)
    advance(-60_000)
    expect((await ends()).get('device')).toHaveLength(1)
  })

  test('that could not be read are asked for again', async () => {
    using scene = createScene()
    const { certify, ends, fail } = scene
    certify('one', 1)
    fail(new Error('the disk is gone'))
    await expect(ends()).rejects.toThrow('the disk is gone')
    fail(undefined)
    expect((await ends()).get('device')).toHaveLength(1)
  })
})
