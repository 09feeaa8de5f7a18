import type { X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { CertificateAuthority } from './authority.ts'
import type { CaSigner } from './ca-signer.ts'
import { toChainPem } from './certificate-chain.ts'
import type { KeyCustody } from './key-custody.ts'
import type { KeyPairText } from './key-pair-files.ts'

/** Keeps the keys of the CAs where a restart finds them. */
export interface AuthorityStorage {
  /** Of a new CA, from `begin` on. */
  custodyOf(certificate: X509Certificate, signer: CaSigner): KeyCustody
  /** The new pair takes the place of the old one, which is kept beside; `certificatePem` is handed out from now on. */
  begin(keyPem: string, certificatePem: string): Promise<void>
  /** Puts the old pair away. */
  finish(certificatePem: string): Promise<void>
}

export interface AuthoritiesOptions {
  readonly current: CertificateAuthority
  /** The one before it, where a rotation is underway. */
  readonly retiring?: CertificateAuthority | undefined
  readonly storage: AuthorityStorage
  readonly clock: Clock
}

/** The CA that issues, and during a rotation the one before it, which is still trusted and vouches for the server. */
export class Authorities {
  readonly #storage: AuthorityStorage
  readonly #clock: Clock
  readonly #listeners: (() => void)[] = []
  #current: CertificateAuthority
  #retiring: CertificateAuthority | undefined
  #isRetiringTrusted = true

  constructor({ current, retiring, storage, clock }: AuthoritiesOptions) {
    this.#current = current
    this.#retiring = retiring
    this.#storage = storage
    this.#clock = clock
  }

  get current(): CertificateAuthority {
    return this.#current
  }

  get retiring(): CertificateAuthority | undefined {
    return this.#retiring
  }

  /** Whose certificate the hub shows: devices that were given nothing newer verify it by the old CA. */
  get serving(): CertificateAuthority {
    const old = this.#retiring
    return old && this.#isRetiringTrusted && this.#clock() <= old.notAfter ? old : this.#current
  }

  /** Those whose certificates are good. */
  get trusted(): readonly CertificateAuthority[] {
    return this.#retiring && this.#isRetiringTrusted ? [this.#current, this.#retiring] : [this.#current]
  }

  /** What peers are given to verify the hub and each other with: every CA that is trusted, the present one first. */
  get certificatePem(): string {
    const { trusted } = this
    return trusted.length === 1 ? this.#current.caCertificatePem : joinPem(trusted)
  }

  /** From now on `next` issues. Throws what the storage throws, and then nothing has changed. */
  async begin(next: CertificateAuthority, keyPem: KeyPairText['keyPem']): Promise<void> {
    await this.#storage.begin(keyPem, joinPem([next, this.#current]))
    this.#retiring = this.#current
    this.#current = next
    this.#isRetiringTrusted = true
    this.#tell()
  }

  /** The old one's certificates are good no more, and the hub's own is to be another: at once, and until the process ends. */
  distrustRetiring(): void {
    this.#isRetiringTrusted = false
    this.#tell()
  }

  /** Lets go of the old one for good. */
  async finish(): Promise<void> {
    await this.#storage.finish(this.#current.caCertificatePem)
    this.#retiring = undefined
    this.#tell()
  }

  /** Told whenever others are trusted, or another one issues. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** Of each CA what a client certificate may lead to: all but the root of a chain, which also signs what is none of ours. */
export function trustedCertificates({ trusted }: Pick<Authorities, 'trusted'>): readonly X509Certificate[] {
  return trusted.flatMap(({ certificate, intermediates }) => [certificate, ...intermediates])
}

/** Each certificate once, with what leads to its root, in one text. */
export function joinPem(authorities: readonly CertificateAuthority[]): string {
  const all = authorities.flatMap(({ path }) => path)
  const isFirst = (certificate: X509Certificate, index: number): boolean =>
    all.findIndex(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256) === index
  return toChainPem(all.filter(isFirst))
}
