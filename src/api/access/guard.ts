import type { MiddlewareHandler } from 'hono'
import { REFUSAL_MENDS, type RecordRefusal } from '../../refusal.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { respondWithProblem } from '../problem.ts'
import type { Caller } from './caller.ts'
import { isPermitted, type Permission, rolesThatMay } from './permission.ts'

/** Makes the middleware that lets only callers with this permission past. */
export type Guard = (permission: Permission, refusal?: 'forbidden' | 'unauthorized') => MiddlewareHandler<ApiEnv>

export function createGuard(recordRefusal: RecordRefusal): Guard {
  return (permission, refusal = 'forbidden') => {
    const authorize: MiddlewareHandler<ApiEnv> = (c, next) => {
      const { role, administrator, tokenId, session } = c.get('caller')
      if (isPermitted(role, permission)) return next()
      const { surface, address } = c.env.origin
      const expected = rolesThatMay(permission).join(' or ')
      const presented = exact({ role, administrator, tokenId, sessionId: session?.id })
      recordRefusal({ surface, address, cause: 'role_too_small', presented, expected })
      return Promise.resolve(respondWithProblem(c, refusal, REFUSAL_MENDS.role_too_small))
    }
    PERMISSIONS.set(authorize, permission)
    return authorize
  }
}

const PERMISSIONS = new WeakMap<object, Permission>()

/** What a guard asks for, so that the description of the API can say it; none of what is no guard. */
export function permissionOf(middleware: object): Permission | undefined {
  return PERMISSIONS.get(middleware)
}

/** Wide policies are attached by administrators only. */
export function mayAttachWide(caller: Caller): boolean {
  return isAdministrator(caller)
}

export function isAdministrator({ role }: Caller): boolean {
  return role === 'admin'
}
