import type { Peer } from '../peer-identity.ts'
import type { RefusalCause } from '../refusal.ts'
import type { AdministratorAdmission, AdministratorAdmissions } from './administrator-admission.ts'
import type { ApiToken, Role } from './api-token.ts'
import type { ApiTokens } from './api-tokens.ts'
import { type AuthMode, type ShownCredentials, weighCredentials } from './auth-mode.ts'
import type { Certificate } from './certificate.ts'
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
    }
  | {
      readonly admitted: false
      readonly cause: RefusalCause
      readonly presented?: Readonly<Record<string, string>>
      readonly expected?: string
    }

export interface ApiAdmissions {
  /** Who calls, as things stand now: asked at every request, whatever its connection or TLS session was let in for. */
  admit(arrival: ApiArrival): ApiAdmission
  /** What is wrong with a token that is shown where another credential counts; undefined: nothing, or there is none. */
  whyBadToken(authorization: ApiArrival['authorization']): RefusalCause | undefined
  /** Why the caller of this very request could not administer once the API asks `next`; undefined: it could. */
  whyLockedOut(arrival: ApiArrival, next: ApiAuth): RefusalCause | undefined
}

export interface ApiAdmissionsOptions {
  readonly auth: ApiAuth
  readonly administrators: AdministratorAdmissions
  readonly tokens: Pick<ApiTokens, 'authenticate'>
  /** Told of each certificate that let somebody in. */
  readonly noteCertificate: (certificate: Certificate) => void
}

export type TokenJudgement = { readonly token: ApiToken } | { readonly cause: 'token_missing' | 'token_invalid' }

export function createApiAdmissions(options: ApiAdmissionsOptions): ApiAdmissions {
  const { auth, administrators, tokens, noteCertificate } = options
  return {
    admit(arrival) {
      const admission = decide(auth, arrival)
      if (admission.admitted && admission.certificate) noteCertificate(admission.certificate)
      return admission
    },
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

  function decide(asked: ApiAuth, { peer, authorization, isLoopback, isLocal }: ApiArrival): ApiAdmission {
    const login = authorization && (() => judgeToken(authorization.token))
    if (isLocal) return admitLocal(login?.())
    const certificate = peer.certificate && (() => administrators.admit(peer))
    return decideApiAdmission(asked, { certificate, login }, isLoopback)
  }

  function judgeToken(text: string | undefined): TokenJudgement {
    if (text === undefined) return { cause: 'token_missing' }
    const token = tokens.authenticate(text)
    return token ? { token } : { cause: 'token_invalid' }
  }
}

type Shown = ShownCredentials<AdministratorAdmission, TokenJudgement>

const MISSING = { certificate: 'certificate_missing', login: 'token_missing' } as const

/** The one decision: a credential that is shown and bad refuses, whatever else is shown. */
export function decideApiAdmission({ mode, openOnLoopback }: ApiAuth, shown: Shown, isLoopback: boolean): ApiAdmission {
  const weighed = weighCredentials(mode, shown)
  if ('missing' in weighed) return refuse(MISSING[weighed.missing])
  const { certificate, login } = weighed
  if (certificate?.admitted === false) return certificate
  if (login && 'cause' in login) return refuse(login.cause)
  if (mode !== 'https_only') return unite(certificate, login?.token)
  return openOnLoopback && isLoopback ? { admitted: true, role: 'admin' } : refuse('api_closed')
}

/** A token that is shown on the machine's own socket is judged, and counts for nothing else. */
function admitLocal(login: TokenJudgement | undefined): ApiAdmission {
  if (login && 'cause' in login) return refuse(login.cause)
  return { admitted: true, role: 'admin', ...login }
}

type GoodCertificate = Extract<AdministratorAdmission, { readonly admitted: true }>

function unite(shown: GoodCertificate | undefined, token: ApiToken | undefined): ApiAdmission {
  if (!shown) return token ? { admitted: true, role: token.role, token } : refuse('credential_missing')
  const { administrator, certificate } = shown
  if (!token) return { admitted: true, role: administrator.role, certificate }
  // A token has no owner but its name.
  const role = token.name === administrator.name ? smallerRole(administrator.role, token.role) : undefined
  if (role) return { admitted: true, role, certificate, token }
  const presented = { identity: `administrator:${administrator.name}`, tokenId: token.id, tokenName: token.name }
  const expected = `a token named ${administrator.name}, of the role ${administrator.role} or one that it includes`
  return { ...refuse('credentials_differ'), presented, expected }
}

function refuse(cause: RefusalCause): Extract<ApiAdmission, { readonly admitted: false }> {
  return { admitted: false, cause }
}
