import type { CredentialRefusal } from './proxy-rule.ts'

/** What is being forwarded for somebody who had to show a credential. */
export interface GuardedExchange {
  /** Asks again, as things stand now; undefined: whoever it is would be let in. */
  judge(): CredentialRefusal | undefined
  /** Told why, and to close the connection. */
  end(refusal: CredentialRefusal): void
}

/** Forwarded requests and WebSockets may run for days: none is to outlive the right to it. */
export class GuardedExchanges {
  readonly #running = new Set<GuardedExchange>()

  add(exchange: GuardedExchange): void {
    this.#running.add(exchange)
  }

  delete(exchange: GuardedExchange): void {
    this.#running.delete(exchange)
  }

  endRefused(): void {
    for (const exchange of this.#running) {
      const refusal = exchange.judge()
      if (refusal) exchange.end(refusal)
    }
  }
}
