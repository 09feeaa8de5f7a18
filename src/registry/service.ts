/** A back end: certificate or token, no user, its own policies, any client id. */
export interface Service {
  readonly name: string
  readonly state: 'active' | 'suspended'
  readonly policies: readonly string[]
  readonly createdAt: Date
}
