import type { ApiToken, Role } from './api-token.ts'

export interface ApiTokens {
  /** `token` is `sgn_<id>_<secret>`, shown this once. */
  create(request: { readonly name: string; readonly role: Role; readonly expiresAt?: Date }): {
    readonly id: string
    readonly token: string
  }
  list(): readonly ApiToken[]
  revoke(id: string): void
  /** The record behind a bearer token that is good now. */
  authenticate(token: string): ApiToken | undefined
}
