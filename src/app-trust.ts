import { X509Certificate } from 'node:crypto'
import type { Pki } from './app-pki.ts'
import type { Clock } from './clock.ts'
import type { Database } from './db/database.ts'
import { createTrustAnchorStore } from './db/trust-anchor-store.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { AuditTrail } from './registry/audit/audit-trail.ts'
import { noteTrustAnchor } from './registry/trust-anchors.ts'

export interface TrustParts {
  readonly database: Database
  readonly pki: Pick<Pki, 'anchorPem' | 'caCertificatePem' | 'authorities'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Says how many devices hold a CA that does not verify what MQTTS shows: they will not connect. */
export function tellMistrust({ database, pki, clock, logger }: TrustParts): void {
  const { current, retiring } = pki.authorities
  // While the CA is rotated, the old one vouches for the hub: whoever was given it, or both, finds it.
  if (retiring && pki.anchorPem === pki.caCertificatePem) return
  const { fingerprint256: fingerprint, subject } = new X509Certificate(pki.anchorPem)
  const anchors = createTrustAnchorStore(database)
  const devices = noteTrustAnchor(anchors, { fingerprint, own: current.fingerprint }, clock())
  if (devices === 0) return
  const told = { component: 'tls', devices, anchor: subject, fingerprint }
  logger.warn(told, 'Devices were given another CA than the one that MQTTS leads to, and do not trust the server')
}

/** Says what each surface shows from then on, and what of it the hub has renewed by itself. */
export function tellExchanges(
  pki: Pick<Pki, 'https' | 'mqtts' | 'renewal'>,
  audit: Pick<AuditTrail, 'note'>,
  events: EventFeed,
): void {
  pki.renewal.onRenewed(({ certificate }) => audit.note({ action: 'server.renew', object: certificate.fingerprint256 }))
  for (const surface of ['https', 'mqtts'] as const) {
    const { served } = pki[surface]
    const fingerprint = (): string => served.identity.certificate.fingerprint256
    served.onExchange(() => events.publish('certificate.exchanged', { surface, fingerprint: fingerprint() }))
  }
}
