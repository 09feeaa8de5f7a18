/** What a listener shows of itself, which may be exchanged while it listens. */
export interface ServedCertificate {
  readonly identity: {
    readonly keyPem: string
    /** The leaf first, then what leads to the root. */
    readonly certificatePem: string
  }
  /** Called after each exchange, for as long as the process lives. */
  onExchange(listener: () => void): void
}
