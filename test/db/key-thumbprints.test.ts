import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createFleetStore } from '../../src/db/fleet-store.ts'
import { thumbprintOf } from '../../src/key-thumbprint.ts'
import { createCertificateRecord } from '../api/registry-double.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')

test('a certificate is found by its key, one of an older version too, and none without a PEM that can be read', async () => {
  using database = openDatabase()
  const authority = await createMemoryAuthority(() => NOW)
  const { certificatePem: pem, fingerprint } = await authority.issueDevice('pump', 'me', {})
  const thumbprint = thumbprintOf(new X509Certificate(pem).publicKey)
  const record = createCertificateRecord('device', 'pump', NOW)
  const store = createCertificateStore(database)
  store.insert({ ...record, fingerprint, pem })
  store.insert({ ...record, id: 'unreadable', fingerprint: 'F', pem: 'PEM' })
  store.insert({ ...record, id: 'bare', fingerprint: 'G', pem: undefined })
  expect(store.listOfKey(thumbprint)).toMatchObject([{ fingerprint }])
  database.sqlite.exec('update certificates set key_thumbprint = null')
  expect(store.listOfKey(thumbprint)).toEqual([])
  expect(createCertificateStore(database).listOfKey(thumbprint)).toMatchObject([{ fingerprint }])
})

test('one that was registered by its fingerprint alone is found by its key once an import has brought it', async () => {
  using database = openDatabase()
  const authority = await createMemoryAuthority(() => NOW)
  const { certificatePem: pem, fingerprint } = await authority.issueDevice('pump', 'me', {})
  const store = createCertificateStore(database)
  const record = { ...createCertificateRecord('device', 'pump', NOW), fingerprint, pem: undefined }
  store.insert(record)
  using staging = createFleetStore(database).open()
  staging.add([{ kind: 'certificate', certificate: { ...record, pem }, isNew: false }])
  staging.keep()
  expect(store.listOfKey(thumbprintOf(new X509Certificate(pem).publicKey))).toMatchObject([{ fingerprint }])
})
