import { type Problem, ProblemError } from './problem.ts'
import { createRecentAnswers } from './recent-answers.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>
export type FetchHub = (url: string, init: RequestInit) => Promise<Response>

/** The API of the hub that served the console; each call throws a ProblemError where it is refused. */
export interface ApiClient {
  /** What answers with nothing (202, 204) gives undefined. */
  get<Answer>(path: string, query?: Query): Promise<Answer>
  /** An answer no older than this, where there is one and nothing was changed from here since it was asked for. */
  getRecent<Answer>(path: string, noOlderMs: number): Promise<Answer>
  /** With a body as JSON. */
  send<Answer>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer>
  /** Resolves to what the hub warns of though it was done (RFC 7234 §5.5), a sentence each. */
  remove(path: string): Promise<readonly string[]>
  /** A file, as the API hands it out once. */
  download(method: 'GET' | 'POST', path: string, body?: unknown): Promise<DownloadedFile>
}

export interface DownloadedFile {
  readonly name: string
  readonly content: Blob
}

/** `onSignedOut` hears of each 401: the session has ended. */
export function createApiClient(fetchHub: FetchHub, onSignedOut: () => void): ApiClient {
  const recent = createRecentAnswers()
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const answer = await fetchHub(path, {
      method,
      cache: 'no-store',
      credentials: 'same-origin',
      ...asJson(body),
    }).catch((error: unknown) => {
      throw unreachable(error)
    })
    if (answer.ok) return answer
    if (answer.status === 401) onSignedOut()
    throw new ProblemError(await readProblem(answer))
  }
  // Neither what was asked for before, nor what is asked for while it happens, tells how it went.
  const change = (method: string, path: string, body?: unknown): Promise<Response> => {
    recent.forget()
    return call(method, path, body).finally(recent.forget)
  }
  return {
    get: async (path, query = {}) => readJson(await call('GET', withQuery(path, query))),
    getRecent: (path, noOlderMs) => recent.find(path, noOlderMs, async () => readJson(await call('GET', path))),
    send: async (method, path, body) => readJson(await change(method, path, body)),
    remove: async (path) => readWarnings((await change('DELETE', path)).headers.get('warning') ?? ''),
    download: async (method, path, body) => {
      const answer = await change(method, path, body)
      return { name: fileName(answer.headers.get('content-disposition')), content: await answer.blob() }
    },
  }
}

// The API lists events to who asks for JSON, and streams them to all others.
const ACCEPT = 'application/json, */*;q=0.5'

function asJson(body: unknown): RequestInit {
  if (body === undefined) return { headers: { accept: ACCEPT } }
  return { headers: { accept: ACCEPT, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

async function readJson(answer: Response) {
  const text = await answer.text()
  return text === '' ? undefined : JSON.parse(text)
}

// Relative to the console's own address: it may stand behind a sub-path.
function withQuery(path: string, query: Query): string {
  const kept = Object.entries(query).filter((entry) => entry[1] !== undefined && entry[1] !== '')
  return kept.length === 0 ? path : `${path}?${new URLSearchParams(kept.map(([name, value]) => [name, String(value)]))}`
}

async function readProblem(answer: Response): Promise<Problem> {
  const { status, statusText } = answer
  if (answer.headers.get('content-type')?.includes('json')) return answer.json()
  return { title: statusText, status, detail: `HTTP ${status} ${statusText}`, code: 'unexpected' }
}

function unreachable(error: unknown): ProblemError {
  const detail = error instanceof Error ? error.message : String(error)
  return new ProblemError({ title: 'Unreachable', status: 0, detail, code: 'unreachable' })
}

/** Several come in one header, and each text is in quotes. */
function readWarnings(header: string): readonly string[] {
  return [...header.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text)
}

function fileName(disposition: string | null): string {
  return /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? 'signet'
}

/** Addresses of one thing: `path('api/devices', id, 'tokens')`, each part encoded. */
export function path(base: string, ...parts: readonly string[]): string {
  return [base, ...parts.map(encodeURIComponent)].join('/')
}
