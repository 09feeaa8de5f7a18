import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { DomainError } from '../../errors.ts'
import { REFUSAL_MENDS, type RecordRefusal, type Refusal, type RefusalCause } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { AuditTrail } from '../../registry/audit/audit-trail.ts'
import type { ConsoleSessions } from '../../registry/console/console-sessions.ts'
import type { SignIn, SignInSecret, SignIns } from '../../registry/console/sign-ins.ts'
import { credentialHeaders } from '../access/authentication.ts'
import { type Caller, createCaller, readArrival } from '../access/caller.ts'
import { isCrossOrigin } from '../access/cross-origin.ts'
import { codeOf } from '../access/refused-caller.ts'
import { readSessionCookie, sessionCookie } from '../access/session-cookie.ts'
import type { ApiEnv } from '../api-env.ts'
import { actorOf } from '../audit/audited.ts'
import { SIGN_IN } from '../audit/audited-actions.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, json, jsonBody, NOT_FOUND, PUBLIC, problem } from '../operation.ts'
import { requestBody } from '../request/request-body.ts'
import { shapeSignedIn, signedInSchema, signInSchema } from '../resources/console-session.ts'

const signIn = createRoute({
  method: 'post',
  path: '/api/session',
  tags: ['console'],
  ...PUBLIC,
  summary: 'Sign in to the console, by the secret of a sign-in link or by a token',
  request: { body: jsonBody(signInSchema) },
  responses: {
    201: json(signedInSchema, 'Who is signed in; the session itself is in the cookie `__Host-signet`'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...NOT_FOUND,
    410: problem('The link was used, or has expired'),
    429: problem('Too many links or tokens from this address were wrong'),
  },
})

export interface SignInRouteParts {
  readonly signIns: Pick<SignIns, 'recognise' | 'open'>
  readonly consoleSessions: Pick<ConsoleSessions, 'find'>
  readonly apiAdmissions: Pick<ApiAdmissions, 'judge' | 'weigh'>
  readonly audit: Pick<AuditTrail, 'within'>
  readonly recordRefusal: RecordRefusal
}

/** Before a credential is asked for: the link is one. */
export function signInRoutes({ signIns, consoleSessions, apiAdmissions, audit, recordRefusal }: SignInRouteParts) {
  const routes = new OpenAPIHono<ApiEnv>()
  // A browser that opens the console asks who it is: that nobody is signed in is no refusal.
  routes.get('/api/session', (c, next) => (isNobody(c) ? c.body(null, 204) : next()))
  return routes.openapi({ ...signIn, middleware: requestBody() }, async (c) => {
    const origin = c.req.header('origin')
    if (isCrossOrigin(origin, c.req.url)) return refuse(c, { cause: 'cross_origin', presented: exact({ origin }) })
    const recognised = recognise(c, c.req.valid('json'))
    const admission = apiAdmissions.weigh(readArrival(NOTHING, c.env.origin), recognised.session)
    if (!admission.admitted) {
      const { admitted: _, ...refusal } = admission
      return refuse(c, refusal)
    }
    const caller = createCaller(admission)
    await open(c, recognised, caller)
    c.header('set-cookie', sessionCookie(recognised.secret.token))
    return c.json(shapeSignedIn(caller), 201)
  })

  /** Nothing is shown, and nothing lets such a caller in. */
  function isNobody(c: Context<ApiEnv>): boolean {
    const arrival = readArrival(credentialHeaders(c), c.env.origin)
    const { authorization, session, peer } = arrival
    const hasShown = authorization !== undefined || session !== undefined || peer.certificate !== undefined
    return !hasShown && !apiAdmissions.judge(arrival).admitted
  }

  function recognise(c: Context<ApiEnv>, shown: SignInSecret): SignIn {
    const { surface, address } = c.env.origin
    try {
      return signIns.recognise(shown, address)
    } catch (error) {
      const cause = error instanceof DomainError ? CAUSES.get(error.code) : undefined
      if (cause) recordRefusal({ surface, address, cause })
      throw error
    }
  }

  function refuse(c: Context<ApiEnv>, refusal: Omit<Refusal, 'surface' | 'address'>): never {
    const { surface, address } = c.env.origin
    recordRefusal({ surface, address, ...refusal })
    throw new DomainError(codeOf(refusal.cause), REFUSAL_MENDS[refusal.cause])
  }

  async function open(c: Context<ApiEnv>, recognised: SignIn, caller: Caller): Promise<void> {
    const { session, by } = recognised
    const { surface, address } = c.env.origin
    const former = readSessionCookie(credentialHeaders(c).cookie)
    const told = {
      action: SIGN_IN,
      object: `${session.via}:${by.id}`,
      actor: actorOf(caller),
      role: caller.role,
      surface,
      address,
      requestId: c.var.requestId,
    }
    await audit.within(told, async () => {
      signIns.open(recognised, former === undefined ? undefined : consoleSessions.find(former))
    })
  }
}

/** What is shown to sign in stands in the body; a token beside it counts for nothing. */
const NOTHING = { authorization: undefined, cookie: undefined }

const CAUSES: ReadonlyMap<string, RefusalCause> = new Map([
  ['sign_in_link_not_found', 'sign_in_link_unknown'],
  ['sign_in_link_used', 'sign_in_link_closed'],
  ['sign_in_link_expired', 'sign_in_link_closed'],
  ['too_many_attempts', 'sign_in_over_limit'],
  ['unauthorized', 'token_invalid'],
])
