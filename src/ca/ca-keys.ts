import type { DomainError } from '../errors.ts'
import type { AskSecret, CaKey } from './ca-key.ts'
import { caLocked } from './ca-signer.ts'

/** The keys of every CA of the hub that signs, the one that issues first: they are locked and unlocked together. */
export class CaKeys implements AsyncDisposable {
  readonly #listeners: (() => void)[] = []
  #keys: readonly [CaKey, ...CaKey[]]
  #wasLocked: boolean

  constructor(keys: readonly [CaKey, ...CaKey[]]) {
    this.#keys = keys
    this.#wasLocked = this.isLocked
    for (const key of keys) this.#follow(key)
  }

  /** Of the CA that issues. */
  get current(): CaKey {
    return this.#keys[0]
  }

  get isLocked(): boolean {
    return this.fault !== undefined
  }

  /** Why one of them is locked. */
  get fault(): DomainError | undefined {
    return this.#keys.find(({ isLocked }) => isLocked)?.fault
  }

  /** Throws `ca_locked` while one of them is. */
  requireUnlocked(): void {
    const { fault } = this
    if (fault) throw caLocked(fault)
  }

  /** Told when the first of them was locked, and when the last was unlocked. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Of the CA that issues from now on; locked with the others where they were locked meanwhile. */
  begin(key: CaKey): void {
    const isLocked = this.current.isLocked
    this.#keys = [key, ...this.#keys]
    this.#follow(key)
    if (isLocked) key.lock()
  }

  /** Lets go of the others. */
  async finish(): Promise<void> {
    const [current, ...others] = this.#keys
    this.#keys = [current]
    await disposeAll(others)
    // The one that was locked alone may be gone.
    this.#tell()
  }

  /** Each is tried, for one passphrase may open one alone; throws as `CaKey.unlock` does. */
  async unlock(secret: string | undefined): Promise<void> {
    const faults: unknown[] = []
    for (const key of this.#keys) await key.unlock(secret).catch((error) => faults.push(error))
    if (faults.length > 0) throw faults[0]
  }

  /** Throws `ca_key_in_clear` where one of them cannot be locked: none is, then. */
  lock(): void {
    const clearFirst = this.#keys.toSorted((one, other) => Number(one.isProtected) - Number(other.isProtected))
    for (const key of clearFirst) key.lock()
  }

  async recover(): Promise<void> {
    await Promise.all(this.#keys.map((key) => key.recover()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disposeAll(this.#keys)
  }

  #follow(key: CaKey): void {
    key.onChange(() => this.#tell())
  }

  // Two keys that are unlocked by one passphrase are one change.
  #tell(): void {
    if (this.isLocked === this.#wasLocked) return
    this.#wasLocked = this.isLocked
    for (const listener of this.#listeners) listener()
  }
}

async function disposeAll(keys: readonly CaKey[]): Promise<void> {
  await Promise.all(keys.map((key) => key[Symbol.asyncDispose]()))
}

/** Whoever sits there is asked again only for a key that the last answer does not open. */
export function askOnce(ask: AskSecret): () => AskSecret {
  let given: string | undefined
  return () => {
    let isFirst = true
    return async () => {
      const known = isFirst ? given : undefined
      isFirst = false
      given = known ?? (await ask())
      return given
    }
  }
}
