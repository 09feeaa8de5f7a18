/** User name and password as a client presents them; a device's password is its token, or an imported legacy one. */
export interface Login {
  readonly userName: string
  readonly password: Buffer
  /** What came of comparing it with a hash, which takes time: asked again once it is known. */
  readonly proof?: PasswordProof
}

export interface PasswordProof {
  /** The hash it was compared with: it may be another by now. */
  readonly hashName: string
  readonly outcome: 'right' | 'wrong' | 'unchecked'
}
