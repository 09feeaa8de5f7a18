import { canonicalHost } from './own-name.ts'

interface UrlHost {
  /** As URLs spell it. */
  readonly hostname: string
  /** In its one spelling. */
  readonly canonical: string
}

// Behind the authority of an http URL stands its path, be it "/" alone: WHATWG URL §4.5
const BEFORE_PATH = /^https?:\/\/[^/]*/

let latest: UrlHost & { readonly origin: string } = { origin: '', hostname: '', canonical: '' }

/** The host of a request's URL. Requests come by few names, and the latest is not taken apart again. */
export function readUrlHost(url: string): UrlHost {
  const [origin = ''] = BEFORE_PATH.exec(url) ?? []
  if (latest.origin === origin && origin !== '') return latest
  const { hostname } = new URL(origin)
  latest = { origin, hostname, canonical: canonicalHost(hostname) }
  return latest
}
