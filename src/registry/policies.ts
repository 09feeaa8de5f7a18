import type { Policy } from './policy.ts'

export interface Policies {
  get(name: string): Policy
  list(): readonly Policy[]
  /** Live at once; throws `invalid_policy`. */
  put(policy: Policy): Policy
  /** Throws `policy_in_use`; the built-in one cannot be removed. */
  remove(name: string): void
}
