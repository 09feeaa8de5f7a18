import type { Role } from '../api-token.ts'

/** How somebody signed in. */
export type SignInWay = 'link' | 'token'

/** Of somebody who is signed in to the console; the secret itself is in the cookie of his browser alone. */
export interface ConsoleSession {
  readonly id: string
  readonly name: string
  /** Of one by a token it is what the token had when it began: what counts is what the token has. */
  readonly role: Role
  readonly via: SignInWay
  /** Of the token that it ends with. */
  readonly tokenId: string | undefined
  readonly secretHash: Buffer
  readonly createdAt: Date
  readonly lastUsedAt: Date
}

/** A session that is good now, with the role that counts. */
export interface LiveConsoleSession extends Omit<ConsoleSession, 'secretHash'> {
  /** If it is not used again. */
  readonly expiresAt: Date
}

const IDLE_MS = 12 * 3_600_000
const LIFE_MS = 7 * 86_400_000

/** When it ends; `tokenEnd` is the end of the token that it was made by. */
export function endOfSession(
  { createdAt, lastUsedAt }: Pick<ConsoleSession, 'createdAt' | 'lastUsedAt'>,
  tokenEnd: Date | undefined,
): Date {
  const own = Math.min(lastUsedAt.getTime() + IDLE_MS, createdAt.getTime() + LIFE_MS)
  return new Date(Math.min(own, tokenEnd?.getTime() ?? own))
}
