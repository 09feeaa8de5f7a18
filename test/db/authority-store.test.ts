import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createRootKeyPair } from '../../src/ca/root-key-pair.ts'
import { createAuthorityStore } from '../../src/db/authority-store.ts'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createForeignAuthorityStore } from '../../src/db/foreign-authority-store.ts'
import { createRevocationListStore } from '../../src/db/revocation-list-store.ts'
import { shortFingerprint } from '../../src/identifiers.ts'
import { createCertificate, createSignedLists, minutesAfterNoon, NOON } from './records.ts'

async function createAuthority() {
  const { certificatePem } = await createRootKeyPair(() => NOON)
  return { certificatePem, fingerprint: new X509Certificate(certificatePem).fingerprint256 }
}

const [old, next] = [await createAuthority(), await createAuthority()]

test('a CA that is to go takes what was noted under none, once', () => {
  using database = openDatabase()
  const [store, certificates] = [createAuthorityStore(database), createCertificateStore(database)]
  createRevocationListStore(database).save(createSignedLists(3, NOON))
  certificates.insert(createCertificate('pump', { fingerprint: 'AA' }))
  expect(store.findFirst()).toBeUndefined()
  store.noteRetiring(old, NOON)
  store.noteRetiring(old, minutesAfterNoon(5))
  store.noteRetiring(next, minutesAfterNoon(9))
  expect(store.findFirst()).toBe(old.fingerprint)
  // The next one never came before.
  expect(store.findRetiringSince(old.fingerprint)).toEqual(minutesAfterNoon(5))
  expect(store.findRetiringSince('XX')).toBeUndefined()
  expect(certificates.findByFingerprint('AA')?.issuer).toBe(old.fingerprint)
  expect(createRevocationListStore(database, { issuer: next.fingerprint, path: '/' }).latest()).toBeUndefined()
})

test('counts who depends on a CA, and who has moved; a device is one, whatever it has', () => {
  using database = openDatabase()
  const [store, certificates] = [createAuthorityStore(database), createCertificateStore(database)]
  const add = (id: string, changes: Parameters<typeof createCertificate>[1]) =>
    certificates.insert(createCertificate(id, { issuer: 'OLD', ...changes }))
  add('pump', { fingerprint: 'AA' })
  add('pump', { fingerprint: 'AB' })
  add('fan', { fingerprint: 'AC', revokedAt: NOON, revocationReason: 'superseded' })
  add('late', { fingerprint: 'AD', notAfter: minutesAfterNoon(-1) })
  add('waits', { fingerprint: 'AE', pendingSince: NOON })
  add('eva', { fingerprint: 'AF', kind: 'administrator' })
  add('fan', { fingerprint: 'BA', issuer: 'NEW', firstSeenAt: NOON })
  add('pump', { fingerprint: 'BB', issuer: 'NEW' })
  certificates.insert(createCertificate('unseen', { fingerprint: 'CA', notAfter: undefined }))
  expect(store.countDependents('OLD', NOON)).toEqual({ device: 2, administrator: 1 })
  expect(store.countMoved('NEW', NOON)).toEqual({ issued: 2, connected: 1 })
  const page = store.listDependents({ issuer: 'OLD', now: NOON, limit: 2 })
  expect([page.items.map(({ fingerprint }) => fingerprint), page.nextCursor]).toEqual([['AA', 'AB'], 'AB'])
  const rest = store.listDependents({ issuer: 'OLD', now: NOON, limit: 9, after: 'AB' })
  expect(rest.items.map(({ fingerprint }) => fingerprint)).toEqual(['AF', 'CA'])
  const unended = (limit: number, after = '') => store.listUnended({ issuer: 'OLD', now: NOON, limit, after })
  expect(unended(9).items.map(({ fingerprint }) => fingerprint)).toEqual(['AA', 'AB', 'AE', 'AF', 'CA'])
  expect(unended(2, 'AA')).toMatchObject({ items: [{ fingerprint: 'AB' }, { fingerprint: 'AE' }], nextCursor: 'AE' })
  expect(store.findLastEnd('OLD')).toEqual(minutesAfterNoon(525_600))
  expect(createForeignAuthorityStore(database).listFingerprints('NEW').toSorted()).toEqual(['BA', 'BB'])
})

test('knows a CA that is retired by the short form of its fingerprint', () => {
  using database = openDatabase()
  const store = createAuthorityStore(database)
  store.noteRetiring(old, NOON)
  const id = shortFingerprint(old.fingerprint)
  expect([store.findRetired(id), store.listRetired()]).toEqual([undefined, []])
  expect(store.findLastEnd(old.fingerprint)).toBeUndefined()
  store.noteRetired(old.fingerprint, NOON)
  expect([store.findRetired(id), store.findRetired('ffff')]).toEqual([old.fingerprint, undefined])
  expect(store.listRetired()).toMatchObject([{ fingerprint: old.fingerprint, retiredAt: NOON }])
})
