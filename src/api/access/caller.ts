import type { ApiAdmission, ApiArrival } from '../../registry/api-admission.ts'
import type { Role } from '../../registry/api-token.ts'
import type { RequestOrigin } from '../request/request-origin.ts'

/** Who calls, as far as the API must know. */
export interface Caller {
  readonly role: Role
  /** Of a caller with a certificate. */
  readonly administrator?: string
  /** Of a caller with a token. */
  readonly tokenId?: string
  readonly tokenName?: string
}

export function createCaller({ role, certificate, token }: Extract<ApiAdmission, { readonly admitted: true }>): Caller {
  return {
    role,
    ...(certificate ? { administrator: certificate.subjectId } : {}),
    ...(token ? { tokenId: token.id, tokenName: token.name } : {}),
  }
}

// RFC 6750 §2.1; RFC 9110 §11.1: the scheme's name has no case
const BEARER = /^Bearer +([^\s]+) *$/i

/** What a request has shown, for the registry to judge. */
export function readArrival(
  authorization: string | undefined,
  { surface, peer = {}, loopback, relayed = false }: RequestOrigin,
): ApiArrival {
  return {
    peer,
    authorization: authorization === undefined ? undefined : { token: BEARER.exec(authorization)?.[1] },
    isLoopback: loopback && !relayed,
    isLocal: surface === 'socket',
  }
}
