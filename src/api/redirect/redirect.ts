import type { HttpsIdentity } from '../ports.ts'
import { createProblemResponse } from '../problem.ts'
import { redirectToHttps } from '../request/plain-http-rule.ts'
import { EVERY_ANSWER } from '../security-headers.ts'
import { isChallengePath, readChallenge } from './acme-challenge.ts'

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** What the port of redirects answers: ACME challenges from the folder, where there is one, and else where HTTPS is. */
export function createRedirect(
  https: HttpsIdentity,
  acmeFolder: string | undefined,
  createId: () => string = () => crypto.randomUUID(),
): (request: Request) => Promise<Response> {
  return async ({ url, method }) => {
    const { pathname } = new URL(url)
    const isChallenge = acmeFolder !== undefined && isChallengePath(pathname) && READS.has(method)
    if (!isChallenge) return redirect(url, https)
    const answer = await readChallenge(acmeFolder, pathname)
    if (answer) return new Response(answer, { headers: { 'content-type': 'application/octet-stream', ...UNTRUSTED } })
    return createProblemResponse({ code: 'not_found', detail: 'There is no such challenge', requestId: createId() })
  }
}

const UNTRUSTED = { ...EVERY_ANSWER, 'cache-control': 'no-store' }

function redirect(url: string, https: HttpsIdentity): Response {
  const { publicHost, httpsPort } = https
  const { status, location } = redirectToHttps(url, { serverNames: https.serverNames(), publicHost, httpsPort })
  // RFC 9110 §15.4.9: a 308 may be kept, and a name like localhost is another machine's tomorrow
  const headers = { ...EVERY_ANSWER, location, ...(status === 307 ? { 'cache-control': 'no-store' } : {}) }
  return new Response(null, { status, headers })
}
