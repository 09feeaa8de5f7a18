// RFC 6265bis §4.1.3.2: a browser takes it from this host alone, over TLS, for every path
/** The cookie of the hub's own sessions: no server behind the hub is shown it, or may set it. */
const SESSION_COOKIE = '__Host-signet'
const ATTRIBUTES = 'Secure; HttpOnly; SameSite=Strict; Path=/'

/** Whether a cookie, as `name=value` with what may follow, would be taken for the hub's. */
export function isSessionCookie(cookie: string): boolean {
  // RFC 6265bis §5.6: without a name, what stands behind "=" comes back as if it were one.
  const [name = ''] = cookie.replace(/^[\s=]+/, '').split(/[=;]/, 1)
  return name.trim().toLowerCase() === SESSION_COOKIE.toLowerCase()
}

/** What the hub's own cookie holds in a Cookie header, good or bad. */
export function readSessionCookie(header = ''): string | undefined {
  const own = header.split(';').find((pair) => pair.trimStart().startsWith(`${SESSION_COOKIE}=`))
  return own?.slice(own.indexOf('=') + 1).trim()
}

/** The value of Set-Cookie that leaves a secret in the browser until it is closed. */
export function sessionCookie(secret: string): string {
  return `${SESSION_COOKIE}=${secret}; ${ATTRIBUTES}`
}

/** The one that takes it away. */
export const NO_SESSION_COOKIE = `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`
