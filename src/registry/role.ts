import type { Role } from './api-token.ts'

/** What each role may do, told by the roles whose calls it may make. */
const INCLUDED = {
  admin: ['admin', 'operator', 'auditor', 'validator'],
  operator: ['operator', 'auditor'],
  auditor: ['auditor'],
  validator: ['validator'],
} as const satisfies Record<Role, readonly Role[]>

/** The one of two roles that the other includes; none where each may do what the other may not. */
export function smallerRole(one: Role, other: Role): Role | undefined {
  if (includes(one, other)) return other
  return includes(other, one) ? one : undefined
}

function includes(role: Role, other: Role): boolean {
  return INCLUDED[role].some((included) => included === other)
}
