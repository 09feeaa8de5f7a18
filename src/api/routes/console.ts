import { createHash } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import type { ConsoleFile, ConsoleFiles } from '../ports.ts'
import { respondWithProblem } from '../problem.ts'

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
    .get('/', (c) => {
      const page = files.find(PAGE)
      c.header('content-security-policy', POLICY)
      if (!page) return c.text('The console was not built: npm run build:console\n', 503)
      const tag = `"${createHash('sha256').update(page.content).digest('base64url').slice(0, 22)}"`
      c.header('cache-control', 'no-cache')
      c.header('etag', tag)
      return c.req.header('if-none-match') === tag ? c.body(null, 304) : respond(c, page)
    })
    .get('/assets/:name', (c) => {
      const file = files.find(`assets/${c.req.param('name')}`)
      if (!file) return respondWithProblem(c, 'not_found', 'The console has no such file: load its page anew')
      // Its name holds a hash of its content.
      c.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
      return respond(c, file)
    })
}

function respond(c: Context<ApiEnv>, { content, compressed, type }: ConsoleFile) {
  const takesBrotli = TAKES_BROTLI.test(c.req.header('accept-encoding') ?? '')
  c.header('content-type', type)
  c.header('vary', 'Accept-Encoding')
  if (takesBrotli) c.header('content-encoding', 'br')
  return c.body(new Uint8Array(takesBrotli ? compressed : content))
}
