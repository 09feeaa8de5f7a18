import type { X509Certificate } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { type ChainVerdict, CLIENT_AUTH, describeCertificate, readPeerCertificate } from '../../peer-identity.ts'
import { type Presented, REFUSAL_MENDS, type RefusalCause } from '../../refusal.ts'
import type { Admission, Admissions } from '../admission.ts'
import type { AuthMode } from '../auth-mode.ts'
import type { CertificateKind } from '../certificate.ts'
import type { Expectations } from '../expectations.ts'
import type { CertificateStore, Transaction } from '../ports.ts'
import { DAY_MS } from './finding.ts'
import { parsePastedCertificate } from './pasted-certificate.ts'

/** Whether this certificate would be let in as an MQTT client now, and if not, what mends it. */
export interface CertificateVerdict {
  readonly admitted: boolean
  readonly cause?: RefusalCause
  readonly mend?: string
  readonly expected?: string
  readonly presented: Presented
  readonly kind: CertificateKind | 'ca' | undefined
  /** What an operator may want to know besides, a sentence each. */
  readonly hints: readonly string[]
}

export interface CertificateVerdictsOptions {
  readonly admissions: Pick<Admissions, 'admit'>
  readonly judgeChain: (certificate: X509Certificate) => ChainVerdict
  /** Fingerprint of the CA that a trusted one leads to. */
  readonly authorityOf: (certificate: X509Certificate) => string | undefined
  readonly certificates: Pick<CertificateStore, 'findByFingerprint'>
  readonly transaction: Transaction
  readonly expectations: Expectations
  readonly mode: AuthMode
  readonly caFingerprint: string
  readonly clock: Clock
}

/** Judges a pasted certificate as it is judged when it connects; throws what parsing it throws. */
export function createCertificateVerdicts(options: CertificateVerdictsOptions): (text: string) => CertificateVerdict {
  const { admissions, judgeChain, authorityOf, certificates, transaction } = options
  return (text) => {
    const certificate = parsePastedCertificate(text)
    const shown = readPeerCertificate(certificate)
    const peer = { certificate: shown, chain: judgeChain(certificate), authority: authorityOf(certificate) }
    const isKnown = certificates.findByFingerprint(shown.fingerprint) !== undefined
    // To be admitted may register a newcomer: that is undone, so that asking changes nothing.
    const admission = undone(transaction, () => admissions.admit(peer))
    const kind = certificates.findByFingerprint(shown.fingerprint)?.kind ?? guessKind(certificate)
    const hints = [...hintsOf(certificate, options), ...(admission.admitted && !isKnown ? [NEWCOMER] : [])]
    if (admission.admitted) {
      const { identity } = admission
      const presented = { identity: `${identity.kind}:${identity.id}`, ...describeCertificate(shown) }
      return { admitted: true, presented, kind, hints }
    }
    const { cause, presented, expected = options.expectations[cause] } = admission
    const mend = REFUSAL_MENDS[cause]
    return { admitted: false, cause, mend, ...(expected === undefined ? {} : { expected }), presented, kind, hints }
  }
}

const NEWCOMER = 'The registry does not hold it yet: by ca.unknown it would be registered as a new device.'

const UNDO = new Error('undone on purpose')

function undone(transaction: Transaction, work: () => Admission): Admission {
  const results: Admission[] = []
  try {
    transaction(() => {
      results.push(work())
      throw UNDO
    })
  } catch (error) {
    if (error !== UNDO) throw error
  }
  const [result] = results
  if (!result) throw UNDO
  return result
}

// RFC 5280 §4.2.1.12
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

const NAMES: readonly (readonly [prefix: string, kind: CertificateKind])[] = [
  ['URI:urn:signet:user:', 'device'],
  ['URI:urn:signet:service:', 'service'],
  ['URI:urn:signet:administrator:', 'administrator'],
]

/** What it was made for, by its own word. */
function guessKind(certificate: X509Certificate): CertificateVerdict['kind'] {
  if (certificate.ca) return 'ca'
  const named = NAMES.find(([prefix]) => certificate.subjectAltName?.includes(prefix))
  if (named) return named[1]
  const purposes = purposesOf(certificate)
  return purposes?.includes(SERVER_AUTH) && !purposes.includes(CLIENT_AUTH) ? 'server' : undefined
}

/** Node calls the extended key usage `keyUsage`; absent, it restricts nothing. */
function purposesOf(certificate: X509Certificate): readonly string[] | undefined {
  return certificate.keyUsage
}

const SOON_MS = 30 * DAY_MS
const LEAST_RSA_BITS = 2048

const MODE_HINTS: Readonly<Partial<Record<AuthMode, string>>> = {
  token: 'mqtt.auth is token: MQTT clients are not asked for a certificate.',
  https_only: 'mqtt.auth is https_only: MQTT clients are not asked for a certificate.',
  mtls_and_token: 'mqtt.auth is mtls_and_token: its user name and token are asked for as well.',
}

function hintsOf(certificate: X509Certificate, options: CertificateVerdictsOptions): readonly string[] {
  const { caFingerprint, clock } = options
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  const bits = asymmetricKeyDetails?.modulusLength
  const endsIn = Date.parse(certificate.validTo) - clock().getTime()
  const purposes = purposesOf(certificate)
  const found: readonly (string | false | undefined)[] = [
    certificate.fingerprint256 === caFingerprint &&
      "This is the hub's own CA certificate, which clients trust: paste the certificate of the device.",
    certificate.ca && 'This is the certificate of a CA, and no client: paste the certificate that it has signed.',
    purposes &&
      !purposes.includes(CLIENT_AUTH) &&
      'Its extendedKeyUsage does not name clientAuth: it is not for clients.',
    asymmetricKeyType === 'ed25519' && 'Its key is Ed25519, which mbedTLS and many devices do not know.',
    asymmetricKeyType === 'rsa' &&
      (bits ?? 0) < LEAST_RSA_BITS &&
      `Its RSA key has ${bits} bits: OpenSSL refuses such keys at its usual security level.`,
    endsIn > 0 && endsIn < SOON_MS && `It ends in ${Math.ceil(endsIn / DAY_MS)} days: issue a new one soon.`,
    MODE_HINTS[options.mode],
  ]
  return found.flatMap((hint) => hint || [])
}
