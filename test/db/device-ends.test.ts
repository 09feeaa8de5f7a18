import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceListStore } from '../../src/db/device-list-store.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import type { DevicePosition, EndRuns } from '../../src/registry/device-scan.ts'
import { createCertificate, createDevice, minutesAfterNoon } from './records.ts'

const NOW = minutesAfterNoon(10)

const minutes = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined, freq: 3 })

// Few ids and few ends, so that many stand together.
const CERTIFICATE = fc.record({
  subject: fc.constantFrom('a', 'b', 'B', 'c', 'd', 'e', 'gone'),
  kind: fc.constantFrom('device', 'device', 'device', 'service'),
  ends: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 5 }),
  retires: minutes(20),
  revoked: minutes(3),
  pending: minutes(3),
})

type Made = typeof CERTIFICATE extends fc.Arbitrary<infer One> ? One : never

function openFleet(certificates: readonly Made[]) {
  const database = openDatabase()
  const devices = createDeviceStore(database)
  const store = createCertificateStore(database)
  for (const id of ['a', 'b', 'c', 'd', 'e']) devices.save(createDevice(id))
  const at = (time: number | undefined) => (time === undefined ? undefined : minutesAfterNoon(time))
  for (const { subject, kind, ends, retires, revoked, pending } of certificates) {
    const pendingSince = at(pending)
    const times = { notAfter: at(ends), retiresAt: at(retires), revokedAt: at(revoked) }
    store.insert(createCertificate(subject, { kind, ...times, ...(pendingSince ? { pendingSince } : {}) }))
  }
  const list = createDeviceListStore(database)
  return {
    database,
    /** One run after the other. */
    walk(runs: EndRuns): readonly DevicePosition[] {
      const readRun = list.prepareEndRuns(runs)
      const found: DevicePosition[] = []
      for (let after: DevicePosition | undefined, isMore = true; isMore; isMore = after !== undefined) {
        const { devices: more, last } = readRun(after)
        found.push(...more)
        after = last
      }
      return found
    },
    /** All devices, each with its end, put in order here. */
    sort(order: EndRuns['order']): readonly DevicePosition[] {
      const all = list.prepareRuns({ sort: 'certificateEnds', order, size: 10, now: NOW })(undefined).devices
      const ending = all.flatMap(({ id, value }) => (value === null ? [] : [{ id, value }]))
      const sorted = ending.sort(
        (one, other) => Number(one.value) - Number(other.value) || (one.id < other.id ? -1 : 1),
      )
      return order === 'asc' ? sorted : sorted.reverse()
    },
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}

describe.for(['asc', 'desc'] as const)('the ends of devices, %s', (order) => {
  test('are the same by runs of any size as those of all devices put in order', () => {
    fc.assert(
      fc.property(fc.array(CERTIFICATE, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (certificates, size) => {
        using fleet = openFleet(certificates)
        expect(fleet.walk({ order, size, now: NOW })).toEqual(fleet.sort(order))
      }),
      { numRuns: 150 },
    )
  })

  test('are read in the order of an index', () => {
    using fleet = openFleet([])
    const { sqlite } = fleet.database
    const statement = `explain query plan select not_after, subject_id from certificates
      where revoked_at is null and pending_since is null and not_after is not null
        and (not_after, subject_id) ${order === 'asc' ? '>' : '<'} (5, 'a')
      order by not_after ${order}, subject_id ${order} limit 1 offset 249`
    const plan = JSON.stringify(sqlite.prepare(statement).all())
    expect(plan).toContain('INDEX certificates_ending ')
    expect(plan).not.toContain('TEMP B-TREE')
  })
})
