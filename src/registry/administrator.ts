import type { Role } from './api-token.ts'

/** A person or program that calls the API by certificate; its tokens are those that have its name. */
export interface Administrator {
  readonly name: string
  readonly role: Role
  readonly createdAt: Date
}
