/** Who is connected: a registered device or service. */
export interface Identity {
  readonly kind: 'device' | 'service'
  readonly id: string
  /** A service has no user. */
  readonly userId: string | undefined
}
