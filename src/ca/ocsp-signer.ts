import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { CertificateAuthority } from './authority.ts'
import { createKeySigner } from './ca-signer.ts'
import type { OcspSigner } from './ocsp-response.ts'
import { readSubjectPublicKey } from './subject-public-key.ts'

export interface DelegatedSigner extends OcspSigner {
  readonly notBefore: Date
  readonly notAfter: Date
}

/**
 * Who signs OCSP answers, so that the CA's key need not. The key is in memory alone: another one costs a signature of the
 * CA, and what no file holds is neither stolen nor backed up.
 */
export class OcspSignerRenewal {
  readonly #authority: Pick<CertificateAuthority, 'issueOcspSigner' | 'notAfter'>
  readonly #clock: Clock
  #signer: DelegatedSigner | undefined
  #renewing: Promise<DelegatedSigner> | undefined

  constructor(authority: Pick<CertificateAuthority, 'issueOcspSigner' | 'notAfter'>, clock: Clock) {
    this.#authority = authority
    this.#clock = clock
  }

  /** Of the one that signs now; none before it was first asked for. */
  get endsAt(): Date | undefined {
    return this.#signer?.notAfter
  }

  /** Another one from two thirds of its life on, or once the CA can sign it; throws `issuer_expired` and `ca_locked`. */
  async current(): Promise<DelegatedSigner> {
    if (this.#signer && !this.#isDue(this.#signer)) return this.#signer
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    try {
      return await this.#renewing
    } catch (error) {
      // A CA that is locked has named this one before, until then.
      if (this.#signer && this.#isValid(this.#signer)) return this.#signer
      throw error
    }
  }

  #isValid({ notBefore, notAfter }: DelegatedSigner): boolean {
    const now = this.#clock()
    return now >= notBefore && now <= notAfter
  }

  #isDue(signer: DelegatedSigner): boolean {
    if (!this.#isValid(signer)) return true
    const { notBefore, notAfter } = signer
    const age = this.#clock().getTime() - notBefore.getTime()
    // One that lives as long as its issuer gains nothing by being renewed.
    return age >= ((notAfter.getTime() - notBefore.getTime()) * 2) / 3 && notAfter < this.#authority.notAfter
  }

  async #renew(): Promise<DelegatedSigner> {
    const { certificatePem, privateKeyPem, notBefore, notAfter } = await this.#authority.issueOcspSigner()
    const certificate = new X509Certificate(certificatePem)
    const keyHash = createHash('sha1').update(readSubjectPublicKey(certificate)).digest()
    const signer = createKeySigner(createPrivateKey(privateKeyPem))
    this.#signer = { signer, keyHash, certificate: certificate.raw, notBefore, notAfter }
    return this.#signer
  }
}
