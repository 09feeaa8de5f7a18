import type { X509Certificate } from 'node:crypto'
import type { Pki } from './app-pki.ts'
import type { CertificateAuthority } from './ca/authority.ts'
import { isIssuedBy } from './ca/certificate-chain.ts'
import { type OcspAnswer, OcspResponder } from './ca/ocsp-responder.ts'
import type { CertificateStatus } from './ca/ocsp-response.ts'
import type { ServedCertificate } from './ca/served-certificate.ts'
import type { Clock } from './clock.ts'
import { createCertificateStatusStore } from './db/certificate-status-store.ts'
import type { Database } from './db/database.ts'
import { createShownCertificateStore } from './db/shown-certificate-store.ts'
import type { Logger } from './logger.ts'
import { statusOfSerialNumber } from './registry/certificate-statuses.ts'

export interface OcspParts {
  readonly database: Database
  readonly pki: Pick<Pki, 'authorities' | 'https' | 'mqtts'>
  readonly clock: Clock
  readonly logger: Logger
}

export interface Ocsp {
  /** To an OCSPRequest of anybody, DER; in the name of the CA whose certificates are asked for. */
  answer(request: Uint8Array): Promise<OcspAnswer>
  /** What goes with the certificate that a listener shows, DER; undefined: another CA's, of which we can say nothing. */
  staple(certificate: Buffer): Promise<Buffer | undefined>
  /** The end of who signs for this CA, by its fingerprint; none before it has signed. */
  signerEndsAt(fingerprint: string): Date | undefined
}

interface Responsible {
  readonly authority: CertificateAuthority
  readonly responder: OcspResponder
}

/**
 * The responder for all that our CAs have signed and the registry holds, and for what the hub itself shows. A CA that is
 * retired answers no more: its key is away, and its last CRL says for good what was revoked.
 */
export function createOcsp({ database, pki, clock, logger }: OcspParts): Ocsp {
  const { authorities } = pki
  const store = createCertificateStatusStore(database)
  const shownStore = createShownCertificateStore(database)
  const shown = [pki.https.served, pki.mqtts.served]
  let current = open(authorities.current)
  let retiring = authorities.retiring && open(authorities.retiring)
  authorities.onChange(() => {
    const known = [current, ...(retiring ? [retiring] : [])]
    const of = (wanted: CertificateAuthority): Responsible =>
      known.find(({ authority }) => authority === wanted) ?? open(wanted)
    current = of(authorities.current)
    retiring = authorities.retiring && of(authorities.retiring)
  })
  const all = (): readonly Responsible[] => (retiring ? [current, retiring] : [current])
  const isIssued = rememberIssuers()
  const issuerOf = (certificate: X509Certificate): Responsible | undefined =>
    all().find(({ authority }) => isIssued(certificate, authority.certificate))
  for (const served of new Set(shown)) {
    note(served)
    served.onExchange(() => note(served))
  }

  return {
    answer(request) {
      const asked = all().find(({ responder }) => responder.isAsked(request)) ?? current
      return asked.responder.answer(request)
    },
    signerEndsAt: (fingerprint) =>
      all().find(({ authority }) => authority.fingerprint === fingerprint)?.responder.signerEndsAt,
    async staple(der) {
      const certificate = shown.map(({ identity }) => identity.certificate).find(({ raw }) => raw.equals(der))
      const issuer = certificate && issuerOf(certificate)
      return issuer && (await issuer.responder.answerFor(certificate.serialNumber))
    },
  }

  function open(authority: CertificateAuthority): Responsible {
    const responder = new OcspResponder({
      authority,
      statusOf(serialNumber): CertificateStatus {
        const found = statusOfSerialNumber(store, authority.fingerprint, serialNumber)
        return found.status === 'unknown' && isShown(authority, serialNumber) ? { status: 'good' } : found
      },
      onFailure: (err) => logger.error({ component: 'ca', err }, 'OCSP answers could not be signed'),
      clock,
    })
    return { authority, responder }
  }

  /** The registry holds nothing of the hub's own server certificates: one that was followed by another is good until it ends. */
  function isShown({ fingerprint, certificate: issuer }: CertificateAuthority, serialNumber: string): boolean {
    const isNow = shown.some(
      ({ identity: { certificate } }) => certificate.serialNumber === serialNumber && isIssued(certificate, issuer),
    )
    return isNow || shownStore.has(fingerprint, serialNumber)
  }

  /** For the time when it is shown no more; a database that is locked or full keeps nobody from showing it. */
  function note({ identity: { certificate, notAfter } }: ServedCertificate): void {
    const issuer = issuerOf(certificate)?.authority.fingerprint
    if (issuer === undefined) return
    try {
      shownStore.note({ issuer, serialNumber: certificate.serialNumber, notAfter }, clock())
    } catch (err) {
      logger.error({ component: 'ca', err }, 'A certificate of the hub itself could not be noted')
    }
  }
}

/** `isIssuedBy`, asked once of each two: every handshake with a browser staples an answer, and both last for years. */
function rememberIssuers(): typeof isIssuedBy {
  const known = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>()
  return (certificate, issuer) => {
    const issuers = known.get(certificate) ?? new WeakMap<X509Certificate, boolean>()
    known.set(certificate, issuers)
    const answer = issuers.get(issuer) ?? isIssuedBy(certificate, issuer)
    issuers.set(issuer, answer)
    return answer
  }
}
