import type { Peer } from '../peer-identity.ts'
import type { Presented, RefusalCause } from '../refusal.ts'
import type { AdministratorAdmission, AdministratorAdmissions } from './administrator-admission.ts'
import type { ApiToken, Role } from './api-token.ts'
import type { ApiTokens } from './api-tokens.ts'
import { type AuthMode, type ShownCredentials, weighCredentials } from './auth-mode.ts'
import type { Certificate } from './certificate.ts'
import type { LiveConsoleSession } from './console/console-session.ts'
import type { ConsoleSessions } from './console/console-sessions.ts'
import { smallerRole } from './role.ts'

/** What the API asks of its callers. */
export interface ApiAuth {
  readonly mode: AuthMode
  /** In the mode https_only, whether everybody on this machine is an administrator. */
  readonly openOnLoopback: boolean
}

/** What came with a request. */
export interface ApiArrival {
  readonly peer: Peer
  /** None: nothing was shown; without a token in it: what was shown is no bearer token. */
  readonly authorization: { readonly token: string | undefined } | undefined
  /** What the cookie of the console holds; none where there is an `authorization`, which is then judged alone. */
  readonly session?: string
  readonly isLoopback: boolean
  /** Over hub.sock, or from the hub's own process: that is the administrator, in every mode. */
  readonly isLocal: boolean
}

export type ApiAdmission =
  | {
      readonly admitted: true
      readonly role: Role
      readonly certificate?: Certificate
      readonly token?: ApiToken
      readonly session?: LiveConsoleSession
    }
  | RefusedCaller

interface RefusedCaller {
  readonly admitted: false
  readonly cause: RefusalCause
  readonly presented?: Presented
  readonly expected?: string
}

export interface ApiAdmissions {
  /** Who calls, as things stand now: asked at every request, whatever its connection or TLS session was let in for. */
  admit(arrival: ApiArrival): ApiAdmission
  /** The same of somebody who was let in already, and only listens: that keeps no session of the console alive. */
  judge(arrival: ApiArrival): ApiAdmission
  /** The same of a session of the console that is about to begin, in the place of what was shown. */
  weigh(arrival: ApiArrival, session: LiveConsoleSession): ApiAdmission
  /** What is wrong with a token that is shown where another credential counts; undefined: nothing, or there is none. */
  whyBadToken(authorization: ApiArrival['authorization']): RefusalCause | undefined
  /** Why the caller of this very request could not administer once the API asks `next`; undefined: it could. */
  whyLockedOut(arrival: ApiArrival, next: ApiAuth): RefusalCause | undefined
}

export interface ApiAdmissionsOptions {
  readonly auth: ApiAuth
  readonly administrators: AdministratorAdmissions
  readonly tokens: Pick<ApiTokens, 'authenticate'>
  readonly consoleSessions: Pick<ConsoleSessions, 'find' | 'noteUse'>
  /** Told of each certificate that let somebody in. */
  readonly noteCertificate: (certificate: Certificate) => void
}

/** A token, or a session of the console, which is worth what a token is worth. */
type GoodLogin =
  | { readonly token: ApiToken; readonly session?: never }
  | { readonly session: LiveConsoleSession; readonly token?: never }

export type LoginJudgement =
  | GoodLogin
  | { readonly cause: 'token_missing' | 'token_invalid' | 'console_session_invalid' }

export function createApiAdmissions(options: ApiAdmissionsOptions): ApiAdmissions {
  const { auth, administrators, tokens, consoleSessions, noteCertificate } = options
  return {
    admit(arrival) {
      const admission = decide(auth, arrival)
      if (!admission.admitted) return admission
      if (admission.certificate) noteCertificate(admission.certificate)
      if (admission.session) consoleSessions.noteUse(admission.session)
      return admission
    },
    judge: (arrival) => decide(auth, arrival),
    weigh: (arrival, session) => decide(auth, arrival, () => ({ session })),
    whyBadToken(authorization) {
      const judgement = authorization && judgeToken(authorization.token)
      return judgement && 'cause' in judgement ? judgement.cause : undefined
    },
    whyLockedOut(arrival, next) {
      const admission = decide(next, arrival)
      if (!admission.admitted) return admission.cause
      return admission.role === 'admin' ? undefined : 'role_too_small'
    },
  }

  function decide(asked: ApiAuth, arrival: ApiArrival, login = readLogin(arrival)): ApiAdmission {
    const { peer, isLoopback, isLocal } = arrival
    if (isLocal) return admitLocal(login?.())
    const certificate = peer.certificate && (() => administrators.admit(peer))
    return decideApiAdmission(asked, { certificate, login }, isLoopback)
  }

  function readLogin({ authorization, session }: ApiArrival): (() => LoginJudgement) | undefined {
    if (authorization) return () => judgeToken(authorization.token)
    return session === undefined ? undefined : () => judgeSession(session)
  }

  function judgeSession(secret: string): LoginJudgement {
    const session = consoleSessions.find(secret)
    return session ? { session } : { cause: 'console_session_invalid' }
  }

  function judgeToken(text: string | undefined): Exclude<LoginJudgement, { readonly session: LiveConsoleSession }> {
    if (text === undefined) return { cause: 'token_missing' }
    const token = tokens.authenticate(text)
    return token ? { token } : { cause: 'token_invalid' }
  }
}

type Shown = ShownCredentials<AdministratorAdmission, LoginJudgement>

const MISSING = { certificate: 'certificate_missing', login: 'token_missing' } as const

/** The one decision: a credential that is shown and bad refuses, whatever else is shown. */
export function decideApiAdmission({ mode, openOnLoopback }: ApiAuth, shown: Shown, isLoopback: boolean): ApiAdmission {
  const weighed = weighCredentials(mode, shown)
  if ('missing' in weighed) return refuse(MISSING[weighed.missing])
  const { certificate, login } = weighed
  if (certificate?.admitted === false) return certificate
  if (login && 'cause' in login) return refuse(login.cause)
  if (mode !== 'https_only') return unite(certificate, login)
  return openOnLoopback && isLoopback ? { admitted: true, role: 'admin' } : refuse('api_closed')
}

/** What is shown on the machine's own socket is judged, and counts for nothing else. */
function admitLocal(login: LoginJudgement | undefined): ApiAdmission {
  if (login && 'cause' in login) return refuse(login.cause)
  return { admitted: true, role: 'admin', ...login }
}

type GoodCertificate = Extract<AdministratorAdmission, { readonly admitted: true }>

function unite(shown: GoodCertificate | undefined, login: GoodLogin | undefined): ApiAdmission {
  if (!shown) return login ? { admitted: true, role: holderOf(login).role, ...login } : refuse('credential_missing')
  const { administrator, certificate } = shown
  if (!login) return { admitted: true, role: administrator.role, certificate }
  // Neither a token nor a session has an owner but its name.
  const holder = holderOf(login)
  const role = holder.name === administrator.name ? smallerRole(administrator.role, holder.role) : undefined
  if (role) return { admitted: true, role, certificate, ...login }
  const presented = { identity: `administrator:${administrator.name}`, ...describeLogin(login) }
  const expected = `a token named ${administrator.name}, of the role ${administrator.role} or one that it includes`
  return { ...refuse('credentials_differ'), presented, expected }
}

function holderOf(login: GoodLogin): Pick<ApiToken, 'id' | 'name' | 'role'> {
  return login.token ?? login.session
}

function describeLogin({ token, session }: GoodLogin): Presented {
  return token ? { tokenId: token.id, tokenName: token.name } : { sessionId: session.id, sessionName: session.name }
}

function refuse(cause: RefusalCause): RefusedCaller {
  return { admitted: false, cause }
}
