import type { KeyObject, X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { type CaSigner, caLocked } from './ca-signer.ts'
import { createCertificate, type IssuedCertificate } from './certificate.ts'
import { type CertificateChain, readIntermediates, readPath } from './certificate-chain.ts'
import {
  type CertificatePlan,
  type CertificateRequest,
  type LeafTerms,
  type Publication,
  planCertificate,
} from './certificate-profile.ts'
import { type CertifiedIssuer, createIssuer } from './issuer.ts'
import { maySignRevocationLists } from './issuer-certificate.ts'
import { exportKeyPair, generateKeyPair, type KeyAlgorithm } from './key-pair.ts'
import { checkKey, DEFAULT_PROFILE, type LeafProfile, planKey } from './leaf-profile.ts'
import { type RevocationListPlan, signRevocationList } from './revocation-list.ts'
import { readSigningRequest, type SigningRequest } from './signing-request.ts'

/** Where certificates say that their revocation is published. */
export interface Publications {
  /** What the next certificate of this CA is to name; none: nothing. */
  current(issuer: string): Publication | undefined
  /** Told before a certificate is signed that names these until that time. */
  note(publication: Publication, notAfter: Date): void
}

export interface AuthorityOptions {
  /** The issuing CA first. */
  readonly certificates: CertificateChain
  readonly caCertificatePem: string
  readonly signer: CaSigner
  /** Of new leaf keys; else it follows from the CA's own key. */
  readonly keyAlgorithm?: KeyAlgorithm
  readonly publications?: Publications
  readonly clock: Clock
}

export interface LeafOptions extends LeafTerms {
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
  return new CertificateAuthority(options, createIssuer(options.certificates[0], options.signer))
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
  /** The same as it stands in what it signs, DER. */
  readonly encodedSubject: Buffer
  readonly fingerprint: string
  readonly notAfter: Date
  /** Whether clients will believe its CRLs. */
  readonly maySignRevocationLists: boolean
  readonly keyAlgorithm: KeyAlgorithm
  readonly signer: CaSigner
  readonly #issuer: CertifiedIssuer
  readonly #publications: Publications | undefined
  readonly #clock: Clock

  constructor(options: AuthorityOptions, issuer: CertifiedIssuer) {
    const { certificates, caCertificatePem, signer, keyAlgorithm, publications, clock } = options
    this.caCertificatePem = caCertificatePem
    this.certificate = certificates[0]
    this.path = readPath(certificates)
    this.intermediates = readIntermediates(certificates).intermediates
    this.subject = (this.certificate.subject ?? '').replaceAll('\n', ', ')
    this.encodedSubject = Buffer.from(issuer.name)
    this.fingerprint = this.certificate.fingerprint256
    this.notAfter = new Date(this.certificate.validTo)
    this.maySignRevocationLists = maySignRevocationLists(this.certificate)
    this.keyAlgorithm = keyAlgorithm ?? leafKeyAlgorithm(signer.publicKey)
    this.signer = signer
    this.#issuer = issuer
    this.#publications = publications
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

  async issueDevice(deviceId: string, userId: string, options: LeafOptions): Promise<IssuedKeyPair> {
    const { keyAlgorithm, ...terms } = options
    return this.#issue({ kind: 'device', deviceId, userId, ...terms }, this.#keyOf(terms.profile, keyAlgorithm))
  }

  /** For a key that the device has made itself. */
  async certifyDevice(
    deviceId: string,
    userId: string,
    publicKey: KeyObject,
    { profile, validitySeconds }: LeafTerms,
  ): Promise<IssuedLeaf> {
    if (profile) checkKey(profile, publicKey)
    const terms = { ...(profile && { profile }), ...(validitySeconds === undefined ? {} : { validitySeconds }) }
    return this.#sign(this.#plan({ kind: 'device', deviceId, userId, ...terms }), publicKey)
  }

  /** What is taken from a PKCS#10 request; throws `csr_invalid` and `key_not_allowed`. */
  readSigningRequest(request: Uint8Array): Promise<SigningRequest> {
    return readSigningRequest(request)
  }

  async issueService(name: string, { keyAlgorithm, ...terms }: LeafOptions): Promise<IssuedKeyPair> {
    return this.#issue({ kind: 'service', name, ...terms }, this.#keyOf(terms.profile, keyAlgorithm))
  }

  issueAdministrator(name: string, options: Omit<LeafOptions, 'profile'>): Promise<IssuedKeyPair> {
    const { keyAlgorithm, validitySeconds } = options
    const terms = validitySeconds === undefined ? {} : { validitySeconds }
    return this.#issue({ kind: 'administrator', name, ...terms }, keyAlgorithm ?? this.keyAlgorithm)
  }

  /** DNS names and addresses, at least one; good from now or `notBefore` on. Ed25519 only by explicit choice: browsers do not take it. */
  issueServer(names: readonly string[], keyAlgorithm?: KeyAlgorithm, notBefore?: Date): Promise<IssuedKeyPair> {
    return this.#issue({ kind: 'server', names, ...(notBefore && { notBefore }) }, keyAlgorithm ?? this.#usualKey)
  }

  /** For a responder that answers in the name of this CA: RFC 6960 §4.2.2.2. */
  issueOcspSigner(): Promise<IssuedKeyPair> {
    return this.#issue({ kind: 'ocsp' }, this.#usualKey)
  }

  /** DER; of the issuing CA, where there are two tiers. */
  signRevocationList(plan: RevocationListPlan): Promise<Buffer<ArrayBuffer>> {
    return signRevocationList(plan, this.#issuer)
  }

  /** Of what more than our own devices verify: few know Ed25519. */
  get #usualKey(): KeyAlgorithm {
    return this.keyAlgorithm === 'ed25519' ? 'ec-p256' : this.keyAlgorithm
  }

  #keyOf(profile: LeafProfile | undefined, wanted: KeyAlgorithm | undefined): KeyAlgorithm {
    return planKey(profile ?? DEFAULT_PROFILE, wanted, this.keyAlgorithm)
  }

  async #issue(request: CertificateRequest, keyAlgorithm: KeyAlgorithm): Promise<IssuedKeyPair> {
    const plan = this.#plan(request)
    const pair = await generateKeyPair(keyAlgorithm)
    const privateKeyPem = exportKeyPair(pair)
    return { ...(await this.#sign(plan, pair.publicKey)), privateKeyPem }
  }

  async #sign(plan: CertificatePlan, publicKey: KeyObject): Promise<IssuedLeaf> {
    return { ...(await createCertificate(plan, publicKey, this.#issuer)), issuer: this.fingerprint }
  }

  #plan(request: CertificateRequest): CertificatePlan {
    this.requireUnlocked()
    const now = this.#clock()
    checkNotExpired(this.notAfter, this.subject, now)
    const publication = this.#publications?.current(this.fingerprint)
    const plan = planCertificate(request, now, { notAfter: this.notAfter, publication })
    if (plan.publication) this.#publications?.note(plan.publication, plan.notAfter)
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
