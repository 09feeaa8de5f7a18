import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { CertificateAuthority } from './authority.ts'
import type { ServedCertificate, ServerIdentity } from './served-certificate.ts'
import { reissueReason, wantedNames } from './server-certificate.ts'

export interface ServerRenewalOptions {
  readonly served: ServedCertificate
  /** Whose certificate it is to be now. */
  readonly authority: () => Pick<CertificateAuthority, 'certificate' | 'notAfter' | 'isLocked'>
  /** All it is to name beside localhost, as of now. */
  readonly readNames: () => readonly string[]
  /** Opens what is kept, or makes another where that will not do; `isForced`: in any case. */
  readonly open: (names: readonly string[], isForced: boolean) => Promise<ServerIdentity>
  readonly clock: Clock
  readonly logger: Logger
}

/** Keeps the hub's own server certificate young, and true to the names of its machine. */
export class ServerRenewal {
  readonly #options: ServerRenewalOptions
  #fault: string | undefined
  #work: Promise<unknown> = Promise.resolve()
  readonly #listeners: ((renewed: ServerIdentity) => void)[] = []

  constructor(options: ServerRenewalOptions) {
    this.#options = options
  }

  /** Why the last renewal that was due has failed. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** Renews it where that is due; a failure is told once, and tried again at the next call. */
  check(): Promise<void> {
    return this.#alone(async () => {
      const { served, authority, readNames, clock } = this.#options
      const due = reissueReason(served.identity, wantedNames(readNames()), authority(), clock())
      if (due === undefined) this.#fault = undefined
      else if (authority().isLocked) this.#fault = "The CA's key is locked"
      else await this.#open(false).then(this.#announce, (error: Error) => this.#tell(error))
    })
  }

  /** Told of what was renewed because it was due. */
  onRenewed(listener: (renewed: ServerIdentity) => void): void {
    this.#listeners.push(listener)
  }

  /** Renews it now. */
  renew(): Promise<ServerIdentity> {
    return this.#alone(() => this.#open(true))
  }

  readonly #announce = (renewed: ServerIdentity): void => {
    for (const listener of this.#listeners) listener(renewed)
  }

  // One after the other: two renewals at a time would write the same files.
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    return done
  }

  async #open(isForced: boolean): Promise<ServerIdentity> {
    const { served, readNames, open } = this.#options
    const identity = await open(readNames(), isForced)
    served.exchange(identity)
    this.#fault = undefined
    return identity
  }

  #tell(error: Error): void {
    const fault = error.message
    if (fault !== this.#fault) {
      this.#options.logger.error({ component: 'ca', err: error }, 'Server certificate could not be renewed')
    }
    this.#fault = fault
  }
}
