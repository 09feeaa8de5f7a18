import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createShownCertificateStore } from '../../src/db/shown-certificate-store.ts'

const at = (day: number): Date => new Date(Date.UTC(2026, 0, day))

test('what was shown is known under its issuer until it expires, however often it is noted', () => {
  using database = openDatabase()
  const store = createShownCertificateStore(database)
  const first = { issuer: 'AA', serialNumber: '01', notAfter: at(10) }
  store.note(first, at(1))
  store.note(first, at(2))
  expect([store.has('AA', '01'), store.has('BB', '01'), store.has('AA', '02')]).toEqual([true, false, false])
  store.note({ ...first, serialNumber: '02', notAfter: at(20) }, at(10))
  expect([store.has('AA', '01'), store.has('AA', '02')]).toEqual([true, true])
  store.note({ ...first, serialNumber: '03', notAfter: at(30) }, at(11))
  expect([store.has('AA', '01'), store.has('AA', '02'), store.has('AA', '03')]).toEqual([false, true, true])
})
