import type { RefusalCause } from '../../refusal.ts'
import type { Role } from '../../registry/api-token.ts'
import type { ApiTokens } from '../../registry/api-tokens.ts'
import type { RequestOrigin } from '../request/request-origin.ts'

/** Who calls, as far as the API must know. */
export interface Caller {
  readonly role: Role
  /** Absent over hub.sock. */
  readonly tokenId?: string
}

export type Identification =
  | { readonly caller: Caller }
  | { readonly cause: Extract<RefusalCause, 'token_missing' | 'token_invalid'> }

// RFC 6750 §2.1; RFC 9110 §11.1: the scheme's name has no case
const BEARER = /^Bearer +([^\s]+) *$/i

/** Whose call it is. What is presented and bad refuses, over hub.sock too. */
export function identifyCaller(
  authorization: string | undefined,
  surface: RequestOrigin['surface'],
  tokens: Pick<ApiTokens, 'authenticate'>,
): Identification {
  if (authorization === undefined && surface === 'socket') return { caller: { role: 'admin' } }
  const token = BEARER.exec(authorization ?? '')?.[1]
  if (token === undefined) return { cause: 'token_missing' }
  const record = tokens.authenticate(token)
  if (!record) return { cause: 'token_invalid' }
  return { caller: { role: surface === 'socket' ? 'admin' : record.role, tokenId: record.id } }
}
