import { expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createRevocationListStore } from '../../src/db/revocation-list-store.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createCertificate, createSignedLists, minutesAfterNoon, NOON } from './records.ts'

test('lists what was revoked and had not expired by then, a page at a time in the order of serial numbers', () => {
  using database = openDatabase()
  const certificates = createCertificateStore(database)
  const add = (serialNumber: string | undefined, changes: Partial<Certificate>): void =>
    certificates.insert(createCertificate('d1', { serialNumber, ...changes }))
  const revoked = { revokedAt: NOON, revocationReason: 'keyCompromise' } as const
  add('0C', revoked)
  add('0A', { ...revoked, notAfter: minutesAfterNoon(10) })
  add('0B', { ...revoked, notAfter: minutesAfterNoon(9) })
  add('0D', {})
  add(undefined, { ...revoked, notAfter: undefined })
  const store = createRevocationListStore(database)
  const since = minutesAfterNoon(10)
  expect(store.listRevoked(since, '', 10)).toEqual([
    { serialNumber: '0A', revokedAt: NOON, reason: 'keyCompromise' },
    { serialNumber: '0C', revokedAt: NOON, reason: 'keyCompromise' },
  ])
  expect(store.listRevoked(since, '', 1).map(({ serialNumber }) => serialNumber)).toEqual(['0A'])
  expect(store.listRevoked(since, '0A', 1).map(({ serialNumber }) => serialNumber)).toEqual(['0C'])
})

test('certificates of one serial number are one entry: their first revocation', () => {
  using database = openDatabase()
  const certificates = createCertificateStore(database)
  const add = (minutes: number, revocationReason: Certificate['revocationReason']): void =>
    certificates.insert(
      createCertificate('d1', { serialNumber: '01', revokedAt: minutesAfterNoon(minutes), revocationReason }),
    )
  add(5, 'superseded')
  add(3, 'keyCompromise')
  add(9, 'unspecified')
  expect(createRevocationListStore(database).listRevoked(NOON, '', 10)).toEqual([
    { serialNumber: '01', revokedAt: minutesAfterNoon(3), reason: 'keyCompromise' },
  ])
})

test('a revocation of which no reason was kept is for a reason unspecified', () => {
  using database = openDatabase()
  createCertificateStore(database).insert(createCertificate('d1', { serialNumber: '01', revokedAt: NOON }))
  expect(createRevocationListStore(database).listRevoked(NOON, '', 10)).toEqual([
    { serialNumber: '01', revokedAt: NOON, reason: 'unspecified' },
  ])
})

test('knows the list that was published last with its octets, and never takes a number again', () => {
  using database = openDatabase()
  const store = createRevocationListStore(database)
  expect(store.latest()).toBeUndefined()
  expect(store.published()).toBeUndefined()
  const complete = Buffer.from([0, 255, 7])
  const times = { thisUpdate: NOON, madeAt: minutesAfterNoon(5), nextUpdate: minutesAfterNoon(60) }
  store.save({ number: 7, ...times, complete, forDistributionPoints: complete })
  expect(store.published()).toEqual({ number: 7, ...times, complete, forDistributionPoints: complete })
  const next = {
    number: 9,
    ...times,
    thisUpdate: minutesAfterNoon(1),
    complete,
    forDistributionPoints: Buffer.from('dp'),
  }
  store.save(next)
  expect(store.latest()).toEqual({ number: 9, thisUpdate: minutesAfterNoon(1) })
  expect(store.published()).toEqual(next)
  expect(() => store.save(next)).toThrow('has been given already')
})

test('of a list that an older version published it knows the number alone', () => {
  using database = openDatabase()
  database.sqlite.prepare("insert into revocation_lists (issuer, number, this_update) values ('', 5, 0)").run()
  const store = createRevocationListStore(database, { issuer: 'AA', path: '/pki/dp.crl' })
  expect(store.latest()).toMatchObject({ number: 5 })
  expect(store.published()).toBeUndefined()
  store.save(createSignedLists(6, NOON))
  expect(store.latest()).toMatchObject({ number: 6 })
  // It is of the CA that was asked first, and of no other after it.
  const other = createRevocationListStore(database, { issuer: 'BB', path: '/pki/authorities/BB/dp.crl' })
  expect(other.latest()).toBeUndefined()
})

test('knows which distribution points living certificates name', () => {
  using database = openDatabase()
  const store = createRevocationListStore(database)
  store.saveDistributionPoint('http://b/pki/dp.crl', minutesAfterNoon(5))
  store.saveDistributionPoint('http://a/pki/dp.crl', minutesAfterNoon(5))
  store.saveDistributionPoint('http://a/pki/dp.crl', minutesAfterNoon(9))
  expect(store.namedUntil('http://a/pki/dp.crl')).toEqual(minutesAfterNoon(9))
  expect(store.namedUntil('http://c/pki/dp.crl')).toBeUndefined()
  expect(store.distributionPoints(minutesAfterNoon(5))).toEqual(['http://a/pki/dp.crl', 'http://b/pki/dp.crl'])
  expect(store.distributionPoints(minutesAfterNoon(6))).toEqual(['http://a/pki/dp.crl'])
})

test('keeps the lists of two CAs apart, and takes what was noted before for those of either', () => {
  using database = openDatabase()
  const certificates = createCertificateStore(database)
  const revoked = { revokedAt: NOON, revocationReason: 'keyCompromise' } as const
  certificates.insert(createCertificate('d1', { serialNumber: '0A', issuer: 'OLD', ...revoked }))
  certificates.insert(createCertificate('d1', { serialNumber: '0B', issuer: 'NEW', ...revoked }))
  createRevocationListStore(database).save(createSignedLists(5, NOON))
  const old = createRevocationListStore(database, { issuer: 'OLD', path: '/pki/dp.crl' })
  const next = createRevocationListStore(database, { issuer: 'NEW', path: '/pki/authorities/new/dp.crl' })
  expect(old.latest()).toEqual({ number: 5, thisUpdate: NOON })
  old.save(createSignedLists(6, NOON))
  next.save(createSignedLists(6, minutesAfterNoon(1)))
  expect([old.latest()?.thisUpdate, next.latest()?.thisUpdate]).toEqual([NOON, minutesAfterNoon(1)])
  const serials = (store: typeof old) => store.listRevoked(NOON, '', 10).map(({ serialNumber }) => serialNumber)
  expect([serials(old), serials(next)]).toEqual([['0A'], ['0B']])
  old.saveDistributionPoint('http://hub/pki/dp.crl', minutesAfterNoon(5))
  old.saveDistributionPoint('http://hub/pki/authorities/new/dp.crl', minutesAfterNoon(5))
  expect(old.distributionPoints(NOON)).toEqual(['http://hub/pki/dp.crl'])
  expect(next.distributionPoints(NOON)).toEqual(['http://hub/pki/authorities/new/dp.crl'])
})
