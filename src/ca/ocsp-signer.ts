import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { CertificateAuthority } from './authority.ts'
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

  /** Another one from two thirds of its life on; throws `issuer_expired`. */
  async current(): Promise<DelegatedSigner> {
    if (this.#signer && !this.#isDue(this.#signer)) return this.#signer
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return await this.#renewing
  }

  #isDue({ notBefore, notAfter }: DelegatedSigner): boolean {
    const now = this.#clock()
    if (now < notBefore || now > notAfter) return true
    const age = now.getTime() - notBefore.getTime()
    // One that lives as long as its issuer gains nothing by being renewed.
    return age >= ((notAfter.getTime() - notBefore.getTime()) * 2) / 3 && notAfter < this.#authority.notAfter
  }

  async #renew(): Promise<DelegatedSigner> {
    const { certificatePem, privateKeyPem, notBefore, notAfter } = await this.#authority.issueOcspSigner()
    const certificate = new X509Certificate(certificatePem)
    const keyHash = createHash('sha1').update(readSubjectPublicKey(certificate)).digest()
    const privateKey = createPrivateKey(privateKeyPem)
    this.#signer = { privateKey, keyHash, certificate: certificate.raw, notBefore, notAfter }
    return this.#signer
  }
}
