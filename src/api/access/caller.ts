import type { ApiAdmission, ApiArrival } from '../../registry/api-admission.ts'
import type { Role } from '../../registry/api-token.ts'
import type { SignInWay } from '../../registry/console/console-session.ts'
import type { RequestOrigin } from '../request/request-origin.ts'
import { readSessionCookie } from './session-cookie.ts'

/** Who calls, as far as the API must know. */
export interface Caller {
  readonly role: Role
  /** Of a caller with a certificate. */
  readonly administrator?: string
  /** Of a caller with a token. */
  readonly tokenId?: string
  readonly tokenName?: string
  /** Of a caller who is signed in to the console. */
  readonly session?: CallerSession
  /** When what was shown ends by itself. */
  readonly expiresAt?: Date
}

export interface CallerSession {
  readonly id: string
  readonly name: string
  readonly via: SignInWay
}

type Admitted = Extract<ApiAdmission, { readonly admitted: true }>

export function createCaller({ role, certificate, token, session }: Admitted): Caller {
  const ends = [session?.expiresAt, token?.expiresAt, certificate?.notAfter].flatMap((end) => end?.getTime() ?? [])
  return {
    role,
    ...(certificate ? { administrator: certificate.subjectId } : {}),
    ...(token ? { tokenId: token.id, tokenName: token.name } : {}),
    ...(session ? { session: { id: session.id, name: session.name, via: session.via } } : {}),
    ...(ends.length > 0 ? { expiresAt: new Date(Math.min(...ends)) } : {}),
  }
}

/** Of who is on the hub's own machine: there is no other name for him. */
const LOCAL = 'local'

/** By what name he is known, and by what he was let in. */
export function introduce({ session, tokenName, administrator }: Caller): {
  readonly name: string
  readonly via: SignInWay | 'certificate' | 'local'
} {
  if (session) return session
  if (tokenName !== undefined) return { name: tokenName, via: 'token' }
  return administrator === undefined ? { name: LOCAL, via: 'local' } : { name: administrator, via: 'certificate' }
}

/** The headers that hold a credential. */
export interface CredentialHeaders {
  readonly authorization: string | undefined
  readonly cookie: string | undefined
}

// RFC 6750 §2.1; RFC 9110 §11.1: the scheme's name has no case
const BEARER = /^Bearer +([^\s]+) *$/i

/** What a request has shown, for the registry to judge. */
export function readArrival(
  { authorization, cookie }: CredentialHeaders,
  { surface, peer = {}, loopback, relayed = false }: RequestOrigin,
): ApiArrival {
  // What a program says on purpose counts, and not what a browser adds.
  const session = authorization === undefined ? readSessionCookie(cookie) : undefined
  return {
    peer,
    authorization: authorization === undefined ? undefined : { token: BEARER.exec(authorization)?.[1] },
    ...(session === undefined ? {} : { session }),
    isLoopback: loopback && !relayed,
    isLocal: surface === 'socket',
  }
}
