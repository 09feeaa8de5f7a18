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

export function rolesThatMay(permission: Permission): readonly Role[] {
  return ROLES_THAT_MAY[permission]
}

export function isPermitted(role: Role, permission: Permission): boolean {
  return rolesThatMay(permission).includes(role)
}
