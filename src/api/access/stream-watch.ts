import type { Context } from 'hono'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { ApiEnv } from '../api-env.ts'
import type { StreamReader } from '../events/frame-streams.ts'
import { exact } from '../exact.ts'
import { credentialHeaders } from './authentication.ts'
import { readArrival } from './caller.ts'
import { isPermitted, type Permission, rolesThatMay } from './permission.ts'

export interface StreamWatchParts {
  readonly apiAdmissions: Pick<ApiAdmissions, 'judge'>
  readonly recordRefusal: RecordRefusal
}

/** What the guard of a stream has asked once is asked again whenever a right may have ended. */
export function watchReader(
  c: Context<ApiEnv>,
  permission: Permission,
  { apiAdmissions, recordRefusal }: StreamWatchParts,
): StreamReader {
  const { origin, abort } = c.env
  const credentials = credentialHeaders(c)
  const { surface, address } = origin
  return {
    judge() {
      const admission = apiAdmissions.judge(readArrival(credentials, origin))
      if (!admission.admitted) return admission
      const { role } = admission
      if (isPermitted(role, permission)) return undefined
      return { cause: 'role_too_small', presented: { role }, expected: rolesThatMay(permission).join(' or ') }
    },
    onRefused: ({ cause, presented, expected }) =>
      recordRefusal({ surface, address, cause, ...exact({ presented, expected }) }),
    abort: () => abort?.(),
  }
}
