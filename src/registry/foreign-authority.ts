/** A CA of somebody else's, whose devices may be let in. */
export interface ForeignAuthority {
  /** Of its certificate. */
  readonly fingerprint: string
  readonly certificatePem: string
  /** What becomes of a certificate of its that the registry does not hold: a new device, one to be approved, or a refusal. */
  readonly registration: 'automatic' | 'pending' | 'denied'
  /** Who owns such a device: a user's id, or `{OU}` or `{O}` for that attribute of the subject. */
  readonly owner: string
  readonly createdAt: Date
}
