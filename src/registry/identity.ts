/** Who is connected: a registered device or service, or somebody who need not say. */
export interface Identity {
  readonly kind: 'device' | 'service' | 'anonymous'
  readonly id: string
  /** A service has no user. */
  readonly userId: string | undefined
}

/** Everybody in the mode `https_only`; no registered id begins with "_". */
export const ANONYMOUS: Identity = { kind: 'anonymous', id: '_anonymous', userId: undefined }
