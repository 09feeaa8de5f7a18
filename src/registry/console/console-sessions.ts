import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import type { ApiTokens } from '../api-tokens.ts'
import { isNewUse, isSameSecret, readToken } from '../token-secret.ts'
import { type ConsoleSession, endOfSession, type LiveConsoleSession } from './console-session.ts'
import type { ConsoleSessionStore } from './ports.ts'

export interface ConsoleSessions {
  /** The session behind a cookie, if it is good now; its role is that of the token it was made by, as that is now. */
  find(secret: string): LiveConsoleSession | undefined
  noteUse(session: LiveConsoleSession): void
  /** Those that are good now. */
  list(): readonly LiveConsoleSession[]
  /** From the next request on nobody is let in by it; throws `session_not_found`. */
  end(id: string): void
  /** Forgets those that have ended by themselves, or with their tokens. */
  sweep(): void
}

export interface ConsoleSessionsOptions {
  readonly consoleSessions: ConsoleSessionStore
  readonly tokens: Pick<ApiTokens, 'findActive'>
  readonly inBackground: (work: Promise<void>) => void
  readonly clock: Clock
}

export function createConsoleSessions(options: ConsoleSessionsOptions): ConsoleSessions {
  const { consoleSessions, tokens, inBackground, clock } = options
  return {
    find(secret) {
      const presented = readToken(secret)
      const session = presented && consoleSessions.find(presented.id)
      return session && isSameSecret(session, presented) ? judge(session) : undefined
    },

    noteUse({ id, lastUsedAt }) {
      const now = clock()
      if (isNewUse(lastUsedAt, now)) inBackground(markUsed(id, now))
    },

    list: () => consoleSessions.list().flatMap((session) => judge(session) ?? []),

    end(id) {
      const session = consoleSessions.find(id)
      if (!session || !judge(session)) {
        throw new DomainError('session_not_found', `Nobody is signed in by a session ${JSON.stringify(id)}`)
      }
      consoleSessions.delete(id)
    },

    sweep() {
      for (const session of consoleSessions.list()) if (!judge(session)) consoleSessions.delete(session.id)
    },
  }

  /** Async: on a full disk who is signed in must still be able to look what is wrong. */
  async function markUsed(id: string, at: Date): Promise<void> {
    consoleSessions.markUsed(id, at)
  }

  function judge({ secretHash: _, ...session }: ConsoleSession): LiveConsoleSession | undefined {
    const token = session.tokenId === undefined ? undefined : tokens.findActive(session.tokenId)
    if (session.tokenId !== undefined && !token) return undefined
    const expiresAt = endOfSession(session, token?.expiresAt)
    return clock() < expiresAt ? { ...session, role: token?.role ?? session.role, expiresAt } : undefined
  }
}
