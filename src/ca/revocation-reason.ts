/** RFC 5280 §5.3.1, by its names; `unspecified` is said by saying nothing. */
export const REASON_CODES = {
  unspecified: undefined,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const

export type RevocationReason = keyof typeof REASON_CODES
