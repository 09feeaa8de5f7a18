import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ConsoleFile, ConsoleFiles } from '../../../src/api/ports.ts'
import { createHarness, HTTPS } from '../api-harness.ts'

const PAGE = '<!doctype html><title>Signet</title>'
const SCRIPT = 'export {}'
const IMMUTABLE = 'public, max-age=31536000, immutable'

function file(content: string, type: string): ConsoleFile {
  return { content: Buffer.from(content), compressed: brotliCompressSync(content), type }
}

const FILES: ReadonlyMap<string, ConsoleFile> = new Map([
  ['index.html', file(PAGE, 'text/html; charset=utf-8')],
  ['assets/console-1a.js', file(SCRIPT, 'text/javascript; charset=utf-8')],
  ['beside.js', file('secret', 'text/javascript; charset=utf-8')],
])
const BUILT: ConsoleFiles = { find: (name) => FILES.get(name) }

function ask(path: string, headers: Readonly<Record<string, string>> = {}, consoleFiles = BUILT) {
  return createHarness({ consoleFiles }).call(path, { as: 'nobody', headers })
}

async function askForOctets(path: string, headers: Readonly<Record<string, string>>) {
  const answer = await createHarness({ consoleFiles: BUILT }).app.request(path, { headers }, { origin: HTTPS })
  return { headers: answer.headers, octets: Buffer.from(await answer.arrayBuffer()) }
}

describe('GET /', () => {
  test('gives the page to anybody, to be asked for anew each time', async () => {
    const { status, headers, text } = await ask('/')
    expect({ status, text }).toEqual({ status: 200, text: PAGE })
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: expect.stringContaining('Accept-Encoding'),
      'x-content-type-options': 'nosniff',
    })
    expect(headers.has('content-encoding')).toBe(false)
  })

  test('lets the page load nothing from elsewhere, run no script in it, and stand in no frame', async () => {
    const policy = (await ask('/')).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
    )
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  })

  test('is not sent again to whoever has it', async () => {
    const first = await ask('/')
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[\w-]{22}"$/)
    const second = await ask('/', { 'if-none-match': tag })
    expect({ status: second.status, text: second.text, tag: second.headers.get('etag') }).toEqual({
      status: 304,
      text: '',
      tag,
    })
  })

  test('has for each encoding a tag of its own, and says what it depends on (RFC 9110 §8.8.3.3, §12.5.5)', async () => {
    const brotli = { 'accept-encoding': 'br' }
    const [plain, packed] = await Promise.all([ask('/'), ask('/', brotli)])
    const [tag, packedTag] = [plain, packed].map(({ headers }) => headers.get('etag') ?? '')
    expect(packedTag).not.toBe(tag)
    for (const { headers, status } of [
      { headers: { 'if-none-match': `${tag}` }, status: 304 },
      { headers: { 'if-none-match': `"other", W/${tag}` }, status: 304 },
      { headers: { 'if-none-match': `${packedTag}` }, status: 200 },
      { headers: { ...brotli, 'if-none-match': `${packedTag}` }, status: 304 },
      { headers: { ...brotli, 'if-none-match': `${tag}` }, status: 200 },
    ]) {
      const answer = await ask('/', headers)
      expect({ asked: headers, status: answer.status }).toEqual({ asked: headers, status })
      expect(answer.headers.get('vary')).toContain('Accept-Encoding')
    }
  })

  test('is sent as it is where it was not built compressed', async () => {
    const plain: ConsoleFiles = { find: () => ({ content: Buffer.from(PAGE), type: 'text/html; charset=utf-8' }) }
    const { headers, text } = await ask('/', { 'accept-encoding': 'br' }, plain)
    expect([headers.get('content-encoding'), text]).toEqual([null, PAGE])
  })

  test('is sent again when it is another', async () => {
    const tag = (await ask('/')).headers.get('etag') ?? ''
    const other: ConsoleFiles = { find: () => file('<!doctype html>', 'text/html; charset=utf-8') }
    const answer = await ask('/', { 'if-none-match': tag }, other)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).not.toBe(tag)
  })

  test('says what to do where the console was not built', async () => {
    const { status, text, headers } = await ask('/', {}, { find: () => undefined })
    expect({ status, text }).toEqual({ status: 503, text: 'The console was not built: npm run build:console\n' })
    expect(headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(headers.has('etag')).toBe(false)
  })
})

describe('GET /assets/', () => {
  test('gives a file to anybody, to be kept for a year', async () => {
    const { status, headers, text } = await ask('/assets/console-1a.js')
    expect({ status, text }).toEqual({ status: 200, text: SCRIPT })
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(headers.get('cache-control')).toBe(IMMUTABLE)
  })

  for (const path of [
    '/assets/console-2b.js',
    '/assets/',
    '/assets/..%2fbeside.js',
    '/assets/..%2Findex.html',
    '/assets/%2e%2e%2findex.html',
    '/assets/..%5cbeside.js',
    '/assets/..%252fbeside.js',
    '/assets/../beside.js',
    '/assets//console-1a.js',
    '//assets/console-1a.js',
    '/assets/console-1a.js/',
    '/assets/console-1a.js%00',
    '/assets/%',
    '/beside.js',
    '/index.html',
  ]) {
    test(`has nothing at ${path}, and lets no cache keep that`, async () => {
      const answer = await ask(path)
      expect(answer.status).toBe(404)
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' })
      expect(answer.headers.get('cache-control') ?? '').not.toContain('immutable')
      expect(answer.text).not.toContain('secret')
    })
  }
})

describe('what is sent', () => {
  for (const { accepted, encoding } of [
    { accepted: 'gzip, deflate, br, zstd', encoding: 'br' },
    { accepted: 'br', encoding: 'br' },
    { accepted: 'gzip;q=0.5,br;q=1.0', encoding: 'br' },
    { accepted: 'br;q=0', encoding: null },
    { accepted: 'br; q=0.000, gzip', encoding: null },
    { accepted: 'gzip, deflate', encoding: null },
    { accepted: 'brotli, xbr', encoding: null },
    { accepted: '', encoding: null },
  ]) {
    test(`to a reader of "${accepted}" is ${encoding ?? 'as it is'} (RFC 9110 §12.5.3)`, async () => {
      for (const [path, content] of [
        ['/', PAGE],
        ['/assets/console-1a.js', SCRIPT],
      ] as const) {
        const { headers, octets } = await askForOctets(path, { 'accept-encoding': accepted })
        expect(headers.get('content-encoding')).toBe(encoding)
        expect(String(encoding === 'br' ? brotliDecompressSync(octets) : octets)).toBe(content)
      }
    })
  }
})
