import type { ApiAnswer, Credentials, TestHub } from './test-hub.ts'

/** A browser on the console of a hub: it keeps the cookie that it is given, and says whose page it shows. */
export interface ConsoleBrowser {
  /** `__Host-signet=...`; none: it is signed out. */
  readonly cookie: string | undefined
  ask(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  /** By the secret of a link, or the link as it stands. */
  open(link: string): Promise<ApiAnswer>
}

export function openConsoleBrowser(hub: TestHub, credentials?: Credentials): ConsoleBrowser {
  let cookie: string | undefined
  const ask: ConsoleBrowser['ask'] = async (method, path, body) => {
    const origin = `https://localhost:${hub.hub.apiPort}`
    const headers = { ...(cookie === undefined ? {} : { cookie }), ...(method === 'GET' ? {} : { origin }) }
    const answer = await hub.api(method, path, { token: null, headers, credentials, ...(body ? { body } : {}) })
    const [set] = answer.headers['set-cookie'] ?? []
    if (set !== undefined) cookie = set.includes('Max-Age=0') ? undefined : set.split(';')[0]
    return answer
  }
  return {
    get cookie() {
      return cookie
    },
    ask,
    open: (link) => ask('POST', '/api/session', { link: link.split('/').at(-1) }),
  }
}
