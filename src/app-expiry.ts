import type { X509Certificate } from 'node:crypto'
import type { Pki } from './app-pki.ts'
import { trustedCertificates } from './ca/authorities.ts'
import type { Clock } from './clock.ts'
import { countCertificateChanges } from './db/certificate-changes.ts'
import type { Database } from './db/database.ts'
import { createExpiryStore } from './db/expiry-store.ts'
import { createTransaction } from './db/transaction.ts'
import type { EventFeed } from './events.ts'
import { identityFields } from './log-fields.ts'
import type { Logger } from './logger.ts'
import { createEnds } from './registry/expiry/ends.ts'
import { createExpiryWatch, type ExpiryWarning, type ExpiryWatch } from './registry/expiry/expiry-watch.ts'
import type { ExpiringCertificate } from './registry/expiry/ports.ts'

export interface ExpiryParts {
  readonly database: Database
  readonly pki: Pki
  readonly events: EventFeed
  readonly clock: Clock
  readonly logger: Logger
}

/** Watches over the ends of all certificates, those of the hub itself too. */
export function openExpiryWatch({ database, pki, events, clock, logger }: ExpiryParts): ExpiryWatch {
  const store = createExpiryStore(database)
  return createExpiryWatch({
    store,
    ends: createEnds({ store, changes: countCertificateChanges(database), clock }),
    transaction: createTransaction(database),
    own: () => listOwn(pki),
    onExpiring: (warning) => warn(warning, logger),
    events,
    clock,
  })
}

/** Each once: one certificate may be shown on both ports. */
function listOwn({ authorities, https, mqtts }: Pki): readonly ExpiringCertificate[] {
  const shown = [https, mqtts].map(({ served }) => served.identity.certificate)
  const cas = trustedCertificates(authorities)
  const all = [...cas.map((one) => describe('ca', one)), ...shown.map((one) => describe('server', one))]
  return [...new Map(all.map((one) => [one.fingerprint, one])).values()]
}

function describe(
  kind: ExpiringCertificate['kind'],
  { subject, fingerprint256: fingerprint, validTo }: X509Certificate,
): ExpiringCertificate {
  return { kind, subjectId: subject.replaceAll('\n', ', '), fingerprint, notAfter: new Date(validTo) }
}

function warn({ days, count, soonest }: ExpiryWarning, logger: Logger): void {
  const { kind, subjectId: id, fingerprint, notAfter } = soonest
  logger.warn(
    { component: 'registry', days, count, ...identityFields({ kind, id }), fingerprint, notAfter },
    'Certificates end soon',
  )
}
