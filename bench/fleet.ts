import { createHash, randomUUID } from 'node:crypto'
import { createCertificateStore } from '../src/db/certificate-store.ts'
import { openDatabase } from '../src/db/database.ts'
import { createDeviceStore } from '../src/db/device-store.ts'
import { createTransaction } from '../src/db/transaction.ts'
import { formatFingerprint } from '../src/identifiers.ts'

// As long as a P-256 device certificate; nothing that is measured reads it.
const PEM_SIZED_TEXT = 'x'.repeat(750)

/** Puts devices with a certificate each, a hundred users' in turn, into the registry of a hub that is not running. */
export function fillRegistry(file: string, devices: number): void {
  using database = openDatabase({ file })
  const deviceStore = createDeviceStore(database)
  const certificateStore = createCertificateStore(database)
  const createdAt = new Date()
  const notAfter = new Date(createdAt.getTime() + 365 * 86_400_000)
  createTransaction(database)(() => {
    for (let index = 0; index < devices; index++) {
      const id = `device-${index}`
      const digest = createHash('sha256').update(id).digest('hex')
      deviceStore.save({ id, userId: `user-${index % 100}`, state: 'active', policies: [], clientIds: [], createdAt })
      certificateStore.insert({
        id: randomUUID(),
        kind: 'device',
        subjectId: id,
        fingerprint: formatFingerprint(digest),
        serialNumber: digest.slice(0, 32).toUpperCase(),
        pem: PEM_SIZED_TEXT,
        // Else each start would look for a key in that.
        keyThumbprint: digest,
        notBefore: createdAt,
        notAfter,
        createdAt,
        firstSeenAt: undefined,
        retiresAt: undefined,
        revokedAt: undefined,
        revocationReason: undefined,
      })
    }
  })
}
