import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import { REFUSAL_MENDS } from '../../refusal.ts'
import type { ApiToken, Role } from '../api-token.ts'
import type { ApiTokens } from '../api-tokens.ts'
import type { Transaction } from '../ports.ts'
import { createTokenSecret, isSameSecret, readToken, type TokenSecret } from '../token-secret.ts'
import { WrongPasswords } from '../wrong-passwords.ts'
import { type ConsoleSession, endOfSession, type LiveConsoleSession } from './console-session.ts'
import type { ConsoleSessionStore, SignInLinkStore } from './ports.ts'
import { CLOSED_LINKS, type SignInLink, signInLinkStateOf } from './sign-in-link.ts'

/** What somebody signs in with: the secret of a link, or a token of the API. */
export type SignInSecret = { readonly link: string } | { readonly token: string }

/** Who has shown a good one: the session that he is about to have. */
export interface SignIn {
  readonly session: LiveConsoleSession
  /** The record of the link or token, for the audit. */
  readonly by: { readonly id: string; readonly name: string }
  readonly secret: TokenSecret
}

export interface SignIns {
  /** The secret is shown this once. */
  createLink(request: { readonly name: string; readonly role: Role }): {
    readonly link: SignInLink
    readonly secret: string
  }
  /**
   * Uses nothing up. Throws `sign_in_link_not_found`, `sign_in_link_used`, `sign_in_link_expired`, `unauthorized` for a
   * token that is not good, or `too_many_attempts` where this address has shown too many that are none.
   */
  recognise(shown: SignInSecret, address: string): SignIn
  /** Begins the session, and ends the one that the same browser had; throws as `recognise` where a link was used since. */
  open(signIn: SignIn, former?: LiveConsoleSession): void
  /** Forgets links that ended a day ago: until then whoever comes late is told why. */
  sweep(): void
}

export interface SignInsOptions {
  readonly signInLinks: SignInLinkStore
  readonly consoleSessions: ConsoleSessionStore
  readonly tokens: Pick<ApiTokens, 'authenticate'>
  readonly transaction: Transaction
  readonly clock: Clock
}

const MOST_OF_TOKEN = 100
const LINK_MS = 15 * 60_000
const REMEMBERED_MS = 86_400_000
/** In the place of the user name that attempts are counted for. */
const CONSOLE = 'console'

export function createSignIns(options: SignInsOptions): SignIns {
  const { signInLinks, consoleSessions, tokens, transaction, clock } = options
  const wrong = new WrongPasswords(clock)
  return {
    createLink({ name, role }) {
      const { id, token: secret, secretHash } = createTokenSecret()
      const link = { id, name, role, secretHash, createdAt: clock(), expiresAt: after(LINK_MS), usedAt: undefined }
      signInLinks.insert(link)
      return { link, secret }
    },

    recognise(shown, address) {
      if (wrong.isExhausted(CONSOLE, address)) {
        throw new DomainError('too_many_attempts', 'Too many attempts from this address were wrong: wait a minute')
      }
      return 'link' in shown ? byLink(findLink(shown.link, address)) : byToken(findToken(shown.token, address))
    },

    open({ session: { expiresAt: _, ...session }, by, secret: { secretHash } }, former) {
      transaction(() => {
        // Asked again, and marked, in the transaction that keeps the session: of two at once one wins.
        if (session.via === 'link') {
          requireOpen(signInLinks.find(by.id))
          signInLinks.markUsed(by.id, clock())
        }
        for (const { id } of supersededBy(session, former)) consoleSessions.delete(id)
        consoleSessions.insert({ ...session, secretHash })
      })
    },

    sweep: () => signInLinks.deleteEnded(after(-REMEMBERED_MS)),
  }

  /** The former session of the browser; and a token that is shown again and again does not fill the disk. */
  function supersededBy(
    { tokenId }: Pick<ConsoleSession, 'tokenId'>,
    former: LiveConsoleSession | undefined,
  ): readonly Pick<ConsoleSession, 'id'>[] {
    const ofToken = tokenId === undefined ? [] : consoleSessions.list().filter((one) => one.tokenId === tokenId)
    return [...(former ? [former] : []), ...ofToken.slice(0, Math.max(0, ofToken.length - MOST_OF_TOKEN + 1))]
  }

  function findLink(text: string, address: string): SignInLink {
    const shown = readToken(text)
    const link = shown && signInLinks.find(shown.id)
    if (link && isSameSecret(link, shown)) return requireOpen(link)
    wrong.note(CONSOLE, address)
    return requireOpen(undefined)
  }

  function findToken(text: string, address: string): ApiToken {
    const token = tokens.authenticate(text)
    if (token) return token
    wrong.note(CONSOLE, address)
    throw new DomainError('unauthorized', REFUSAL_MENDS.token_invalid)
  }

  function requireOpen(link: SignInLink | undefined): SignInLink {
    if (!link) {
      throw new DomainError(
        'sign_in_link_not_found',
        'This link is not known here: it was cut short, or ended long ago; signet console-link makes a new one',
      )
    }
    const state = signInLinkStateOf(link, clock())
    if (state === 'open') return link
    const [code, sentence] = CLOSED_LINKS[state]
    throw new DomainError(code, sentence)
  }

  function byLink({ id, name, role }: SignInLink): SignIn {
    return begin({ id, name }, { name, role, via: 'link', tokenId: undefined }, undefined)
  }

  function byToken({ id, name, role, expiresAt }: ApiToken): SignIn {
    return begin({ id, name }, { name, role, via: 'token', tokenId: id }, expiresAt)
  }

  function begin(
    by: SignIn['by'],
    holder: Pick<ConsoleSession, 'name' | 'role' | 'via' | 'tokenId'>,
    tokenEnd: Date | undefined,
  ): SignIn {
    const secret = createTokenSecret()
    const now = clock()
    const times = { createdAt: now, lastUsedAt: now }
    const session = { id: secret.id, ...holder, ...times, expiresAt: endOfSession(times, tokenEnd) }
    return { session, by, secret }
  }

  function after(milliseconds: number): Date {
    return new Date(clock().getTime() + milliseconds)
  }
}
