import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { type CaSigner, caLocked } from './ca-signer.ts'
import type { KeyCustody, OpenKey } from './key-custody.ts'
import { findSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts'

export interface CaKeyOptions {
  readonly custody: KeyCustody
  /** Of the CA's certificate. */
  readonly publicKey: KeyObject
  /** By whoever has just made or read the key. */
  readonly opened?: OpenKey
  readonly clock: Clock
  readonly logger: Logger
}

/** What a person at the terminal gives; nothing: nobody is there, or will not. */
export type AskSecret = () => Promise<string | undefined>

const MAX_QUESTIONS = 3
const MAX_ATTEMPTS = 5
const WINDOW_MS = 60_000
const MENDED_BY_UNLOCKING: ReadonlySet<string> = new Set([
  'ca_locked',
  'hsm_unavailable',
  'passphrase_missing',
  'passphrase_wrong',
])

/** The one holder of a CA's key: unlocked it signs, locked it has forgotten it and everything else goes on. */
export class CaKey implements CaSigner, AsyncDisposable {
  readonly publicKey: KeyObject
  readonly algorithm: SignatureAlgorithm
  readonly #options: CaKeyOptions
  readonly #listeners: (() => void)[] = []
  #open: OpenKey | undefined
  #fault = new DomainError('ca_locked', 'It has not been opened yet')
  #wrong = { attempts: 0, until: 0 }
  #locks = 0
  #work: Promise<unknown> = Promise.resolve()

  constructor(options: CaKeyOptions) {
    const algorithm = findSignatureAlgorithm(options.publicKey)
    if (algorithm === undefined) {
      throw new DomainError(
        'file_invalid',
        `The certificate of the CA has a key of a kind that is not supported (${options.publicKey.asymmetricKeyType}): use RSA, EC (P-256, P-384, P-521) or Ed25519`,
      )
    }
    this.#options = options
    this.publicKey = options.publicKey
    this.#open = options.opened
    this.algorithm = algorithm
  }

  get kind(): KeyCustody['kind'] {
    return this.#options.custody.kind
  }

  get isProtected(): boolean {
    return this.#options.custody.isProtected
  }

  get isLocked(): boolean {
    return this.#open === undefined
  }

  /** Why it is locked. */
  get fault(): DomainError | undefined {
    return this.#open ? undefined : this.#fault
  }

  /** Told after it was locked or unlocked. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  async sign(tbs: Uint8Array): Promise<Uint8Array> {
    const open = this.#open
    if (open === undefined) throw caLocked(this.#fault)
    try {
      return await open.sign(tbs)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      // Whoever signed beside this call may have noticed before, and another may be open by now.
      if (this.#open === open) this.#close(error, 'CA key was lost')
      throw caLocked(error)
    }
  }

  /** At start, with what is configured, else with what `ask` gives. A locked CA stops nobody: `fault` says why it is. */
  async open(ask?: AskSecret): Promise<void> {
    await this.#alone(() => this.#openAtStart(ask)).catch((error) => {
      if (!(error instanceof DomainError) || !MENDED_BY_UNLOCKING.has(error.code)) throw error
      this.#fault = error
      this.#options.logger.warn({ component: 'ca', cause: error.code, detail: error.message }, 'CA key is locked')
    })
  }

  /** Throws what `KeyCustody.open` does, and `too_many_attempts`. Unlocked already, it stays so, whatever is given. */
  unlock(secret: string | undefined): Promise<void> {
    return this.#alone(async () => {
      if (this.#open) return
      this.#requireAttempt()
      try {
        await this.#unlock(secret)
      } catch (error) {
        if (error instanceof DomainError && error.code === 'passphrase_wrong') this.#wrong.attempts += 1
        throw error
      }
      this.#wrong.attempts = 0
      this.#options.logger.info({ component: 'ca' }, 'CA key unlocked')
      this.#tell()
    })
  }

  /** Forgets the key at once; throws `ca_key_in_clear` where that would protect nothing. */
  lock(): void {
    if (!this.isProtected) {
      throw new DomainError(
        'ca_key_in_clear',
        "The CA's key lies in its file in the clear, and there is nothing to lock: encrypt it first (signet ca encrypt-key)",
      )
    }
    const fault = new DomainError('ca_locked', 'An administrator has locked it: unlock it with signet ca unlock')
    // One that is being opened just now is forgotten as well.
    this.#locks += 1
    this.#close(fault, 'CA key locked')
  }

  /** Takes up again what was lost for a while, as an HSM that was restarted; a PIN that was wrong is not tried twice. */
  async recover(): Promise<void> {
    await this.#alone(async () => {
      if (this.#open || this.#fault.code !== 'hsm_unavailable') return
      try {
        await this.#unlock(undefined)
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        this.#fault = error
        return
      }
      this.#options.logger.info({ component: 'ca' }, 'CA key was found again')
      this.#tell()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release()
    await this.#work
  }

  async #openAtStart(ask: AskSecret | undefined): Promise<void> {
    try {
      await this.#unlock(undefined)
    } catch (error) {
      if (!ask || !(error instanceof DomainError) || error.code !== 'passphrase_missing') throw error
      await this.#unlockByAsking(ask, error)
    }
  }

  async #unlockByAsking(ask: AskSecret, missing: DomainError): Promise<void> {
    let fault = missing
    for (let left = MAX_QUESTIONS; left > 0; left -= 1) {
      const secret = await ask()
      if (secret === undefined) throw fault
      try {
        return await this.#unlock(secret)
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'passphrase_wrong') throw error
        fault = error
      }
    }
    throw fault
  }

  async #unlock(secret: string | undefined): Promise<void> {
    const locks = this.#locks
    const open = await this.#options.custody.open(secret)
    if (locks === this.#locks) this.#open = open
    else {
      await open[Symbol.asyncDispose]()
      throw this.#fault
    }
  }

  #close(fault: DomainError, message: string): void {
    this.#release()
    this.#fault = fault
    this.#options.logger.warn({ component: 'ca', cause: fault.code, detail: fault.message }, message)
    this.#tell()
  }

  // Forgotten at once; an HSM is let go of before it is opened again.
  #release(): void {
    const open = this.#open
    this.#open = undefined
    if (open) void this.#alone(async () => await open[Symbol.asyncDispose]())
  }

  #requireAttempt(): void {
    const now = this.#options.clock().getTime()
    if (now >= this.#wrong.until) this.#wrong = { attempts: 0, until: now + WINDOW_MS }
    if (this.#wrong.attempts < MAX_ATTEMPTS) return
    throw new DomainError(
      'too_many_attempts',
      `${MAX_ATTEMPTS} wrong passphrases were given: try again after ${new Date(this.#wrong.until).toISOString()}`,
    )
  }

  // One after the other: each takes memory and time to try, and two would open the key twice.
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    return done
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
