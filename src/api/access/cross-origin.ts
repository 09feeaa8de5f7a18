/** Whether a page of another origin made the request: browsers name its origin with all that may change something. */
export function isCrossOrigin(origin: string | undefined, ownUrl: string): boolean {
  // "null" is the origin of nobody: RFC 6454 §7.3
  return origin !== undefined && origin !== new URL(ownUrl).origin
}

export interface AskingPage {
  readonly method: string
  readonly origin: string | undefined
  /** Sec-Fetch-Site: W3C Fetch Metadata §2.3. */
  readonly site: string | undefined
}

/** The same of a request by cookie: a browser shows that to every page, so a change must be known to be asked for by ours. */
export function isForeignToSession({ method, origin, site }: AskingPage, ownUrl: string): boolean {
  if (origin !== undefined) return isCrossOrigin(origin, ownUrl)
  return method !== 'GET' && method !== 'HEAD' && site !== 'same-origin'
}
