import { stat } from 'node:fs/promises'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { ProvidedCertificate, ProvidedFiles } from './provided-certificate.ts'
import type { ServedCertificate } from './served-certificate.ts'

export interface CertificateWatchOptions {
  readonly served: ServedCertificate
  readonly files: ProvidedFiles
  /** Throws `DomainError` for what is not to be served. */
  readonly read: () => Promise<ProvidedCertificate>
  readonly logger: Logger
}

/** Checks for which a bad pair may be one that is still being written: certificate and key change one after the other. */
const PATIENCE = 10

/**
 * Exchanges the served certificate when its files hold another good pair, and keeps it while they do not. Asks the file
 * system at each check instead of being told by it: no notification follows every link, nor reaches into every mount.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions
  #seen = ''
  #judged = ''
  #restedFor = 0
  #fault: string | undefined
  #isBusy = false

  constructor(options: CertificateWatchOptions) {
    this.#options = options
  }

  /** Why the pair that lies in the files is not served. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** To be called again and again: takes a changed pair when its files were left alone since the last call. */
  async check(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      await this.#look()
    } finally {
      this.#isBusy = false
    }
  }

  /** Reads the files now, changed or not. */
  async reread(): Promise<void> {
    await this.#take(await this.#stateOfFiles(), true)
  }

  async #look(): Promise<void> {
    const state = await this.#stateOfFiles()
    this.#restedFor = state === this.#seen ? this.#restedFor + 1 : 0
    this.#seen = state
    if (this.#restedFor > 0 && state !== this.#judged) await this.#take(state, this.#restedFor >= PATIENCE)
  }

  async #take(state: string, isFinal: boolean): Promise<void> {
    const { read } = this.#options
    try {
      this.#serve(await read())
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      if (!isFinal) return
      this.#refuse(error)
    }
    this.#judged = state
  }

  #serve({ warnings, certificates: _, ...identity }: ProvidedCertificate): void {
    const { served, files, logger } = this.#options
    this.#fault = undefined
    if (served.identity.keyPem === identity.keyPem && served.identity.certificatePem === identity.certificatePem) return
    served.exchange(identity)
    const { names, notAfter, certificate } = identity
    const told = { component: 'tls', setting: files.setting, path: files.certificateFile, names, notAfter }
    logger.info({ ...told, fingerprint: certificate.fingerprint256 }, 'Certificate exchanged')
    for (const warning of warnings) logger.warn({ ...told, warning }, 'Certificate is odd')
  }

  #refuse({ message }: DomainError): void {
    const { files, logger } = this.#options
    if (message !== this.#fault) {
      const told = { component: 'tls', setting: files.setting, reason: message }
      logger.error(told, 'New certificate refused, the old one is kept')
    }
    this.#fault = message
  }

  async #stateOfFiles(): Promise<string> {
    const { certificateFile, keyFile } = this.#options.files
    return (await Promise.all([certificateFile, keyFile].map(stateOf))).join('\n')
  }
}

/** What changes with the file at the end of all links, or with any of these. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path)
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ')
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
