import { createHash } from 'node:crypto'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { DomainError } from '../../errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { NOT_FOUND, PUBLIC } from '../operation.ts'
import type { ConsoleFile, ConsoleFiles } from '../ports.ts'
import { hasTag } from '../request/unchanged.ts'

const tags = ['console']

const page = createRoute({
  method: 'get',
  path: '/',
  tags,
  ...PUBLIC,
  summary: 'The console, for people',
  responses: {
    200: { description: 'A page', content: { 'text/html': { schema: z.string() } } },
    304: { description: 'The page is as it was' },
    503: { description: 'It was not built', content: { 'text/plain': { schema: z.string() } } },
  },
})

const asset = createRoute({
  method: 'get',
  path: '/assets/{name}',
  tags,
  ...PUBLIC,
  summary: 'What the page of the console is made of',
  request: { params: z.object({ name: z.string() }) },
  responses: { 200: { description: 'A script, a style or a picture' }, ...NOT_FOUND },
})

// Charts and tables set sizes through the DOM, which no policy forbids: no style stands in an attribute.
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const YEAR_SECONDS = 31_536_000
const PAGE = 'index.html'
// RFC 9110 §12.4.2: a weight of 0 means that it is not acceptable.
const TAKES_BROTLI = /(?:^|,)\s*br\s*(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))(?:,|;|$)/i

/** The files of the console, to anybody: whoever is not signed in sees that and no more. */
export function consoleRoutes(files: ConsoleFiles) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(page, (c) => {
      const file = files.find(PAGE)
      c.header('content-security-policy', POLICY)
      if (!file) return c.text('The console was not built: npm run build:console\n', 503)
      const tag = tagOf(choose(c, file).content)
      c.header('cache-control', 'no-cache')
      c.header('etag', tag)
      return hasTag(c, tag) ? c.body(null, 304, VARIES) : (respond(c, file) as never)
    })
    .openapi(asset, (c) => {
      const file = files.find(`assets/${c.req.valid('param').name}`)
      if (!file) throw new DomainError('not_found', 'The console has no such file: load its page anew')
      // Its name holds a hash of its content.
      c.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
      return respond(c, file)
    })
}

const VARIES = { vary: 'Accept-Encoding' }

/** The representation that the caller takes, RFC 9110 §12.5.3. */
function choose(c: Context<ApiEnv>, { content, compressed }: ConsoleFile) {
  const takesBrotli = TAKES_BROTLI.test(c.req.header('accept-encoding') ?? '')
  if (!takesBrotli || !compressed) return { content, headers: {} }
  return { content: compressed, headers: { 'content-encoding': 'br' } }
}

/** Strong, so of the octets that are sent: each encoding has its own, RFC 9110 §8.8.3.3. */
function tagOf(octets: Uint8Array): string {
  return `"${createHash('sha256').update(octets).digest('base64url').slice(0, 22)}"`
}

function respond(c: Context<ApiEnv>, file: ConsoleFile) {
  const { content, headers } = choose(c, file)
  return c.body(new Uint8Array(content), 200, { 'content-type': file.type, ...VARIES, ...headers })
}
