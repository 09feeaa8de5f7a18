/** What a client must show to be let in. */
export type AuthMode = 'mtls' | 'token' | 'https_only' | 'mtls_or_token' | 'mtls_and_token'

/** What is looked at, and what must be shown, in each mode. */
const RULES = {
  mtls: { certificate: 'required', login: 'optional' },
  token: { certificate: 'ignored', login: 'required' },
  https_only: { certificate: 'ignored', login: 'optional' },
  mtls_or_token: { certificate: 'optional', login: 'optional' },
  mtls_and_token: { certificate: 'required', login: 'required' },
} as const satisfies Record<AuthMode, Record<'certificate' | 'login', 'ignored' | 'optional' | 'required'>>

/** What somebody has shown: each is judged only where the mode looks at it. */
export interface ShownCredentials<Certificate, Login> {
  readonly certificate: (() => Certificate) | undefined
  /** A user name and password, or a bearer token. */
  readonly login: (() => Login) | undefined
}

export type WeighedCredentials<Certificate, Login> =
  | { readonly missing: 'certificate' | 'login' }
  | { readonly certificate: Certificate | undefined; readonly login: Login | undefined }

/** The judgements that count in this mode; behind a certificate that is refused, or missing, nothing more is judged. */
export function weighCredentials<Certificate extends { readonly admitted: boolean }, Login>(
  mode: AuthMode,
  shown: ShownCredentials<Certificate, Login>,
): WeighedCredentials<Certificate, Login> {
  const rule = RULES[mode]
  const certificate = rule.certificate === 'ignored' ? undefined : shown.certificate?.()
  if (certificate?.admitted === false) return { certificate, login: undefined }
  if (rule.certificate === 'required' && !certificate) return { missing: 'certificate' }
  if (rule.login === 'required' && !shown.login) return { missing: 'login' }
  return { certificate, login: shown.login?.() }
}

/** Whether somebody who was let in, in whatever mode, by these would be let in as the same by as many in this one. */
export function isStillEnough(
  mode: AuthMode,
  shown: { readonly certificate: boolean; readonly login: boolean },
): boolean {
  const rule = RULES[mode]
  const lacks = (name: 'certificate' | 'login'): boolean => rule[name] === 'required' && !shown[name]
  const isNobody = !shown.certificate && !shown.login
  // Who needs to show nothing is nobody there.
  if (mode === 'https_only' || isNobody) return mode === 'https_only' && isNobody
  return !lacks('certificate') && !lacks('login')
}

/** Whether a login lets somebody in without a certificate. */
export function isLoginEnough(mode: AuthMode): boolean {
  return mode === 'token' || mode === 'mtls_or_token'
}
