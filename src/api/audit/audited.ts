import type { Context, MiddlewareHandler, Next } from 'hono'
import type { Logger } from '../../logger.ts'
import type { AuditTrail } from '../../registry/audit/audit-trail.ts'
import type { Caller } from '../access/caller.ts'
import type { ApiEnv } from '../api-env.ts'
import type { Problem } from '../problem.ts'
import { type AuditedAction, findAuditedAction } from './audited-actions.ts'

/** Has each change told, to the audit and the log: who, what, on what, from where, and what came of it. Stands behind authentication. */
export function audited(
  trail: Pick<AuditTrail, 'within' | 'conclude'>,
  logger: Pick<Logger, 'info'>,
): MiddlewareHandler<ApiEnv> {
  return function audit(c, next) {
    const found = findAuditedAction(c.req.method, c.req.path)
    return found ? answerAudited(c, next, found) : next()
  }

  async function answerAudited(c: Context<ApiEnv>, next: Next, { action, objectIn }: AuditedAction): Promise<void> {
    const caller = c.get('caller')
    const { surface, address } = c.env.origin
    const request = {
      action,
      // Asked when the entry is written: until then nobody has judged how long the body is.
      get object() {
        return objectIn(c.get('body'))
      },
      actor: actorOf(caller),
      role: caller.role,
      surface,
      address,
      requestId: c.get('requestId'),
    }
    await trail.within(request, async () => {
      await next()
      const result = c.res.status < 400 ? 'done' : await readCode(c.res)
      trail.conclude(result)
      const { object, actor } = request
      const told = { component: 'api', action, object, actor, surface, address }
      if (result === 'done') logger.info(told, 'Change made')
      else logger.info({ ...told, cause: result }, 'Change refused')
    })
  }
}

/** By what the audit knows a caller. */
export function actorOf({ administrator, tokenId, tokenName, session }: Caller): string {
  if (session) return `session:${session.id} ${session.name}`
  if (administrator !== undefined) return `administrator:${administrator}`
  return tokenId === undefined ? 'local' : `token:${tokenId} ${tokenName}`
}

/** Every refusal and failure of the API is a problem document, RFC 9457. */
async function readCode(response: Response): Promise<string> {
  const { code }: Problem = JSON.parse(await response.clone().text())
  return code
}
