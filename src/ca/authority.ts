import type { KeyObject, X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { type CaSigner, caLocked } from './ca-signer.ts'
import { createCertificate, createIssuer, type IssuedCertificate, type Issuer } from './certificate.ts'
import { type CertificateChain, readIntermediates, readPath } from './certificate-chain.ts'
import { type CertificatePlan, type CertificateRequest, planCertificate } from './certificate-profile.ts'
import { exportPrivateKey, generateKeyPair, type KeyAlgorithm } from './key-pair.ts'
import { type RevocationListPlan, signRevocationList } from './revocation-list.ts'
import { readRequestedKey } from './signing-request.ts'

/** Where certificates say that their revocation is published. */
export interface DistributionPoints {
  /** What the next certificate of this CA is to name; none: nothing. */
  current(issuer: string): string | undefined
  /** Told before a certificate is signed that names this URL until that time. */
  note(url: string, notAfter: Date): void
}

export interface AuthorityOptions {
  /** The issuing CA first. */
  readonly certificates: CertificateChain
  readonly caCertificatePem: string
  readonly signer: CaSigner
  /** Of new leaf keys; else it follows from the CA's own key. */
  readonly keyAlgorithm?: KeyAlgorithm
  readonly distributionPoints?: DistributionPoints
  readonly clock: Clock
}

export interface LeafOptions {
  readonly validityDays?: number
  readonly keyAlgorithm?: KeyAlgorithm
}

export interface IssuedLeaf extends IssuedCertificate {
  /** Fingerprint of the CA that signed it. */
  readonly issuer: string
}

export interface IssuedKeyPair extends IssuedLeaf {
  /** PKCS#8 PEM, held nowhere else. */
  readonly privateKeyPem: string
}

export async function createAuthority(options: AuthorityOptions): Promise<CertificateAuthority> {
  const issuer = await createIssuer(new Uint8Array(options.certificates[0].raw), options.signer)
  return new CertificateAuthority(options, issuer)
}

/** Signs leaves and revocation lists with the CA's key, which never leaves it. */
export class CertificateAuthority {
  /** What peers need to verify us and each other, as it stands in its file. */
  readonly caCertificatePem: string
  /** The issuing CA. */
  readonly certificate: X509Certificate
  /** The issuing CA first, then what leads to its root. */
  readonly path: CertificateChain
  /** What a server sends after its own certificate: the CAs below the root. */
  readonly intermediates: readonly X509Certificate[]
  readonly subject: string
  readonly fingerprint: string
  readonly notAfter: Date
  readonly keyAlgorithm: KeyAlgorithm
  readonly signer: CaSigner
  readonly #issuer: Issuer
  readonly #distributionPoints: DistributionPoints | undefined
  readonly #clock: Clock

  constructor(options: AuthorityOptions, issuer: Issuer) {
    const { certificates, caCertificatePem, signer, keyAlgorithm, distributionPoints, clock } = options
    this.caCertificatePem = caCertificatePem
    this.certificate = certificates[0]
    this.path = readPath(certificates)
    this.intermediates = readIntermediates(certificates).intermediates
    this.subject = issuer.name.toString()
    this.fingerprint = this.certificate.fingerprint256
    this.notAfter = new Date(this.certificate.validTo)
    this.keyAlgorithm = keyAlgorithm ?? leafKeyAlgorithm(signer.publicKey)
    this.signer = signer
    this.#issuer = issuer
    this.#distributionPoints = distributionPoints
    this.#clock = clock
  }

  /** Whether it can sign nothing for now: `ca_locked` is what is thrown then. */
  get isLocked(): boolean {
    return this.signer.isLocked
  }

  /** Throws `ca_locked`. */
  requireUnlocked(): void {
    if (this.isLocked) throw caLocked()
  }

  issueDevice(deviceId: string, userId: string, { validityDays, keyAlgorithm }: LeafOptions): Promise<IssuedKeyPair> {
    const validity = validityDays === undefined ? {} : { validityDays }
    return this.#issue({ kind: 'device', deviceId, userId, ...validity }, keyAlgorithm ?? this.keyAlgorithm)
  }

  /** For a key that the device has made itself. */
  async certifyDevice(
    deviceId: string,
    userId: string,
    publicKey: KeyObject,
    { validityDays }: Pick<LeafOptions, 'validityDays'>,
  ): Promise<IssuedLeaf> {
    const validity = validityDays === undefined ? {} : { validityDays }
    return this.#sign(this.#plan({ kind: 'device', deviceId, userId, ...validity }), publicKey)
  }

  /** The key of a PKCS#10 request; throws `csr_invalid` and `key_not_allowed`. */
  readRequestedKey(request: Uint8Array): Promise<KeyObject> {
    return readRequestedKey(request)
  }

  issueService(name: string, { validityDays, keyAlgorithm }: LeafOptions): Promise<IssuedKeyPair> {
    const validity = validityDays === undefined ? {} : { validityDays }
    return this.#issue({ kind: 'service', name, ...validity }, keyAlgorithm ?? this.keyAlgorithm)
  }

  issueAdministrator(name: string, { validityDays, keyAlgorithm }: LeafOptions): Promise<IssuedKeyPair> {
    const validity = validityDays === undefined ? {} : { validityDays }
    return this.#issue({ kind: 'administrator', name, ...validity }, keyAlgorithm ?? this.keyAlgorithm)
  }

  /** DNS names and addresses, at least one; good from now or `notBefore` on. Ed25519 only by explicit choice: browsers do not take it. */
  issueServer(names: readonly string[], keyAlgorithm?: KeyAlgorithm, notBefore?: Date): Promise<IssuedKeyPair> {
    const usual = this.keyAlgorithm === 'ed25519' ? 'ec-p256' : this.keyAlgorithm
    return this.#issue({ kind: 'server', names, ...(notBefore && { notBefore }) }, keyAlgorithm ?? usual)
  }

  /** DER; of the issuing CA, where there are two tiers. */
  signRevocationList(plan: RevocationListPlan): Promise<Buffer<ArrayBuffer>> {
    return signRevocationList(plan, this.#issuer)
  }

  async #issue(request: CertificateRequest, keyAlgorithm: KeyAlgorithm): Promise<IssuedKeyPair> {
    const plan = this.#plan(request)
    const { publicKey, privateKey } = await generateKeyPair(keyAlgorithm)
    return { ...(await this.#sign(plan, publicKey)), privateKeyPem: exportPrivateKey(privateKey) }
  }

  async #sign(plan: CertificatePlan, publicKey: KeyObject): Promise<IssuedLeaf> {
    return { ...(await createCertificate(plan, publicKey, this.#issuer)), issuer: this.fingerprint }
  }

  #plan(request: CertificateRequest): CertificatePlan {
    this.requireUnlocked()
    const now = this.#clock()
    checkNotExpired(this.notAfter, this.subject, now)
    const distributionPoint = this.#distributionPoints?.current(this.fingerprint)
    const plan = planCertificate(request, now, { notAfter: this.notAfter, distributionPoint })
    if (distributionPoint !== undefined) this.#distributionPoints?.note(distributionPoint, plan.notAfter)
    return plan
  }
}

/** Throws `issuer_expired` once the CA is past its notAfter. */
export function checkNotExpired(notAfter: Date, subject: string, now: Date): void {
  if (now <= notAfter) return
  throw new DomainError(
    'issuer_expired',
    `The CA ${subject} expired at ${notAfter.toISOString()} and can issue nothing: check this machine's clock, or put a new CA into certs_dir`,
  )
}

function leafKeyAlgorithm(publicKey: KeyObject): KeyAlgorithm {
  return publicKey.asymmetricKeyType === 'rsa' ? 'rsa-2048' : 'ec-p256'
}
