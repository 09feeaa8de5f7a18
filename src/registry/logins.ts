import type { Clock } from '../clock.ts'
import type { Presented, RefusalCause } from '../refusal.ts'
import { createHeldLogins, type HeldLogins, type HeldLoginsOptions } from './held-logins.ts'
import { type IdentityToken, readTokenName, tokenName, whyTokenUnusable } from './identity-token.ts'
import { legacyName, readLegacyName } from './legacy-credential.ts'
import type { Login } from './login.ts'
import type { PasswordChecks } from './password-checks.ts'
import type { IdentityTokenStore, LegacyCredentialStore } from './ports.ts'
import { findSubject, type Subject, type SubjectsOptions } from './subjects.ts'
import { isSameSecret, type PresentedToken, readToken, TOKEN_PREFIX } from './token-secret.ts'

export interface GoodLogin {
  readonly identity: Subject['identity']
  /** Its name among the credentials of a session. */
  readonly credential: string
  readonly endsAt: Date | undefined
}

export type LoginJudgement =
  | GoodLogin
  | { readonly cause: RefusalCause; readonly presented: Presented; readonly expected?: string }
  /** It must first be compared with a hash, and the login that comes of it judged again. */
  | { readonly compare: () => Promise<Login> }

export interface Logins {
  /** Who this is now; synchronous, so that admitting and acting on it are one tick. */
  judge(login: Login, address: string): LoginJudgement
  /** Who may log in with the credential of this name; none once it would be refused. */
  identityOf(credential: string): Subject['identity'] | undefined
  /** What it could log in with now, each in words for an operator. */
  thatLetIn(kind: IdentityToken['kind'], id: string): readonly string[]
  readonly heldBy: HeldLogins['heldBy']
}

export interface LoginsOptions extends SubjectsOptions, HeldLoginsOptions {
  readonly tokens: Pick<IdentityTokenStore, 'find'>
  readonly legacy: Pick<LegacyCredentialStore, 'find' | 'findByUserName'>
  readonly checks: PasswordChecks
  /** Whether a login alone lets somebody in anywhere. */
  readonly suffices: () => boolean
  readonly clock: Clock
}

const PROOF_CAUSES = { wrong: 'login_invalid', unchecked: 'login_over_limit' } as const

export function createLogins(options: LoginsOptions): Logins {
  const { tokens, legacy, checks, clock } = options
  const { heldBy, tokensOf } = createHeldLogins(options)
  return {
    judge(login, address) {
      const token = readToken(login.password.toString('latin1'))
      return token ? judgeToken(login, token) : judgePassword(login, address)
    },
    identityOf(credential) {
      const subject = findByToken(readTokenName(credential)) ?? findByPassword(readLegacyName(credential))
      return subject?.state === 'active' ? subject.identity : undefined
    },
    thatLetIn(kind, id) {
      const isShutOut = findSubject(options, kind, id)?.state !== 'active'
      if (!options.suffices() || isShutOut) return []
      return kind === 'device' ? heldBy(id) : tokensOf(kind, id)
    },
    heldBy,
  }

  function judgeToken({ userName }: Login, shown: PresentedToken): LoginJudgement {
    const token = tokens.find(shown.id)
    if (!token || !isSameSecret(token, shown)) return { cause: 'login_invalid', presented: describe(userName) }
    const { id, kind, subjectId, expiresAt } = token
    // Whoever has the secret is who it was made for: from here on a refusal is told under that name.
    const presented = { ...describe(userName), identity: `${kind}:${subjectId}`, token: id }
    if (userName !== subjectId) return { cause: 'user_name_wrong', presented, expected: `the user name ${subjectId}` }
    const unusable = whyTokenUnusable(token, clock())
    if (unusable) return { cause: unusable, presented }
    return admit(findSubject(options, kind, subjectId), tokenName(id), expiresAt, presented)
  }

  function judgePassword(login: Login, address: string): LoginJudgement {
    const { userName } = login
    const presented = describe(userName)
    const credential = legacy.findByUserName(userName)
    if (!credential) return { cause: 'login_invalid', presented }
    const { deviceId, endsAt } = credential
    const verdict = admit(findSubject(options, 'device', deviceId), legacyName(deviceId), endsAt, presented)
    // Before the comparison, which costs more than it could still change.
    if ('cause' in verdict) return verdict
    if (clock() >= endsAt) return { cause: 'legacy_password_ended', presented }
    const outcome = checks.recall(login, credential)
    if (outcome === 'right') return verdict
    if (outcome) return { cause: PROOF_CAUSES[outcome], presented }
    if (checks.isExhausted(userName, address)) return { cause: 'login_over_limit', presented }
    return { compare: () => checks.compare(login, credential, address) }
  }

  function findByToken(id: string | undefined): Subject | undefined {
    const token = id === undefined ? undefined : tokens.find(id)
    if (!token || whyTokenUnusable(token, clock())) return undefined
    return findSubject(options, token.kind, token.subjectId)
  }

  function findByPassword(deviceId: string | undefined): Subject | undefined {
    const password = deviceId === undefined ? undefined : legacy.find(deviceId)
    return password && clock() < password.endsAt ? findSubject(options, 'device', password.deviceId) : undefined
  }
}

function admit(
  subject: Subject | undefined,
  credential: string,
  endsAt: Date | undefined,
  presented: Presented,
): GoodLogin | { readonly cause: RefusalCause; readonly presented: Presented } {
  if (!subject) return { cause: 'login_invalid', presented }
  if (subject.state !== 'active') return { cause: 'identity_suspended', presented }
  return { identity: subject.identity, credential, endsAt }
}

const SHOWN_CHARACTERS = 80

/** A user name is no secret, unless somebody put the token there. */
function describe(userName: string): Presented {
  return { userName: userName.includes(TOKEN_PREFIX) ? 'a token' : userName.slice(0, SHOWN_CHARACTERS) }
}
