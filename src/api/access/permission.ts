import type { Role } from '../../registry/api-token.ts'

/** What a call needs, and the roles that have it. */
const ROLES_THAT_MAY = {
  administer: ['admin'],
  operate: ['admin', 'operator'],
  publish: ['admin', 'operator'],
  read: ['admin', 'operator', 'auditor'],
  validate: ['admin', 'operator', 'auditor', 'validator'],
  answer_emqx: ['admin', 'validator'],
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof ROLES_THAT_MAY

// The table is closed: its keys are what its type says.
export const PERMISSIONS = Object.keys(ROLES_THAT_MAY) as readonly Permission[]

export function rolesThatMay(permission: Permission): readonly Role[] {
  return ROLES_THAT_MAY[permission]
}

export function isPermitted(role: Role, permission: Permission): boolean {
  return rolesThatMay(permission).includes(role)
}

export function permissionsOf(role: Role): readonly Permission[] {
  return PERMISSIONS.filter((permission) => isPermitted(role, permission))
}
