import type { X509Certificate } from 'node:crypto'

/** The CAs that client certificates must lead to: others may take their place while listeners are open. */
export class ClientTrust {
  #authorities: readonly X509Certificate[]
  readonly #listeners: (() => void)[] = []

  constructor(authorities: readonly X509Certificate[]) {
    this.#authorities = authorities
  }

  get authorities(): readonly X509Certificate[] {
    return this.#authorities
  }

  exchange(authorities: readonly X509Certificate[]): void {
    this.#authorities = authorities
    for (const listener of this.#listeners) listener()
  }

  /** Called after each exchange, for as long as the process lives. */
  onExchange(listener: () => void): void {
    this.#listeners.push(listener)
  }
}
