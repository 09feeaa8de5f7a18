import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createCertificate, createDevice, minutesAfterNoon, NOON } from './records.ts'

describe('a certificate', () => {
  test('is found by its fingerprint as it was inserted', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const fresh = createCertificate('d1')
    const marked = createCertificate('__proto__', {
      kind: 'administrator',
      firstSeenAt: minutesAfterNoon(1),
      retiresAt: minutesAfterNoon(2),
      revokedAt: minutesAfterNoon(3),
      revocationReason: 'keyCompromise',
    })
    for (const certificate of [fresh, marked]) store.insert(certificate)
    expect(store.findByFingerprint(fresh.fingerprint)).toStrictEqual(fresh)
    expect(store.findByFingerprint(marked.fingerprint)).toStrictEqual(marked)
    expect(store.findByFingerprint(createCertificate('d1').fingerprint)).toBeUndefined()
  })

  for (const field of ['id', 'fingerprint'] as const) {
    test(`is not inserted beside one of the same ${field}`, () => {
      using database = openDatabase()
      const store = createCertificateStore(database)
      const first = createCertificate('d1')
      store.insert(first)
      expect(() => store.insert(createCertificate('d2', { [field]: first[field] }))).toThrow(/UNIQUE/)
      expect(store.listOf('device', 'd2')).toStrictEqual([])
    })
  }

  test('outlives its device', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const devices = createDeviceStore(database)
    const certificate = createCertificate('d1')
    devices.save(createDevice('d1'))
    store.insert(certificate)
    devices.delete('d1')
    expect(store.listOf('device', 'd1')).toStrictEqual([certificate])
  })
})

describe('the certificates of a subject', () => {
  test('are listed in the order of their coming, newest first, whatever the clock said', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const [first, second, third, fourth] = [1, 0, 0, -1].map((minute) =>
      createCertificate('d1', { createdAt: minutesAfterNoon(minute) }),
    )
    for (const certificate of [first, second, third, fourth]) if (certificate) store.insert(certificate)
    expect(store.listOf('device', 'd1')).toStrictEqual([fourth, third, second, first])
  })

  test('are those of its kind and exact id alone', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const device = createCertificate('constructor')
    const service = createCertificate('constructor', { kind: 'service' })
    for (const certificate of [device, service, createCertificate('Constructor')]) store.insert(certificate)
    expect(store.listOf('device', 'constructor')).toStrictEqual([device])
    expect(store.listOf('service', 'constructor')).toStrictEqual([service])
    expect(store.listOf('server', 'constructor')).toStrictEqual([])
  })
})

describe('a mark', () => {
  test('of revocation is set on those not yet revoked; the first keeps its time and reason', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const [a, b, c] = ['a', 'b', 'c'].map((id) => createCertificate(id))
    for (const certificate of [a, b, c]) if (certificate) store.insert(certificate)
    const fingerprints = [a, b].map((certificate) => certificate?.fingerprint ?? '')
    store.markRevoked(fingerprints.slice(0, 1), NOON, 'keyCompromise')
    store.markRevoked([...fingerprints, 'unknown'], minutesAfterNoon(1), 'superseded')
    store.markRevoked([], minutesAfterNoon(2), 'unspecified')
    expect(store.listOf('device', 'a')).toStrictEqual([{ ...a, revokedAt: NOON, revocationReason: 'keyCompromise' }])
    expect(store.listOf('device', 'b')).toStrictEqual([
      { ...b, revokedAt: minutesAfterNoon(1), revocationReason: 'superseded' },
    ])
    expect(store.listOf('device', 'c')).toStrictEqual([c])
  })

  test('of a hold makes way for a revocation, which keeps its time, and alone can be taken off', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const [held, ended, gone] = [createCertificate('held'), createCertificate('ended'), createCertificate('gone')]
    for (const certificate of [held, ended, gone]) store.insert(certificate)
    store.markRevoked([held.fingerprint, ended.fingerprint], NOON, 'certificateHold')
    store.markRevoked([gone.fingerprint], NOON, 'keyCompromise')
    store.markRevoked([held.fingerprint, gone.fingerprint], minutesAfterNoon(1), 'certificateHold')
    store.markRevoked([ended.fingerprint], minutesAfterNoon(1), 'superseded')
    const marks = () =>
      [held, ended, gone].map(({ fingerprint }) => {
        const { revokedAt, revocationReason } = store.findByFingerprint(fingerprint) ?? {}
        return [revokedAt, revocationReason]
      })
    const final = [
      [NOON, 'superseded'],
      [NOON, 'keyCompromise'],
    ]
    expect(marks()).toEqual([[NOON, 'certificateHold'], ...final])
    for (const { fingerprint } of [held, ended, gone]) store.markReleased(fingerprint)
    expect(marks()).toEqual([[undefined, undefined], ...final])
  })

  test('of the first connection stays the first', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const certificate = createCertificate('d1')
    store.insert(certificate)
    store.markFirstSeen(certificate, NOON)
    store.markFirstSeen(certificate, minutesAfterNoon(1))
    expect(store.findByFingerprint(certificate.fingerprint)).toStrictEqual({ ...certificate, firstSeenAt: NOON })
  })

  test('of the first connection adds what is learnt of a certificate, and loses nothing that was known', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const nothing = { serialNumber: undefined, notBefore: undefined, notAfter: undefined }
    const [known, unknown] = [createCertificate('known'), createCertificate('unknown', nothing)]
    for (const certificate of [known, unknown]) store.insert(certificate)
    store.markFirstSeen({ ...known, ...nothing }, NOON)
    expect(store.findByFingerprint(known.fingerprint)).toStrictEqual({ ...known, firstSeenAt: NOON })
    const { serialNumber, notBefore, notAfter } = known
    const learnt = { ...unknown, serialNumber, notBefore, notAfter, subject: 'CN=unknown', issuer: 'CN=CA' }
    store.markFirstSeen(learnt, NOON)
    expect(store.findByFingerprint(unknown.fingerprint)).toStrictEqual({ ...learnt, firstSeenAt: NOON })
  })

  test('of retirement lists the certificate once its time has come, until it is revoked', () => {
    using database = openDatabase()
    const store = createCertificateStore(database)
    const [late, soon, kept] = ['late', 'soon', 'kept'].map((id) => createCertificate(id))
    if (!late || !soon || !kept) throw new Error('unreachable')
    for (const certificate of [late, soon, kept]) store.insert(certificate)
    store.markRetiring([late.fingerprint], minutesAfterNoon(2))
    store.markRetiring([soon.fingerprint], minutesAfterNoon(1))
    const retired = (minute: number) => store.listRetired(minutesAfterNoon(minute), 9).map(({ subjectId }) => subjectId)
    expect(retired(0)).toStrictEqual([])
    expect(retired(1)).toStrictEqual(['soon'])
    expect(store.listRetired(minutesAfterNoon(1), 9)).toStrictEqual([{ ...soon, retiresAt: minutesAfterNoon(1) }])
    expect(retired(2)).toStrictEqual(['soon', 'late'])
    expect(store.listRetired(minutesAfterNoon(2), 1)).toMatchObject([{ subjectId: 'soon' }])
    store.markRevoked([soon.fingerprint], minutesAfterNoon(2), 'superseded')
    expect(retired(2)).toStrictEqual(['late'])
  })
})
