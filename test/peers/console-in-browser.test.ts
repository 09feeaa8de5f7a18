import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { administer, refusalsOf } from '../support/administrators.ts'
import { startSecureBackend } from '../support/backend.ts'
import { openBrowser } from '../support/browser.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

/** A server of somebody else's on the same host: to a browser the same site, and another origin. */
function startNeighbour({ certsDir }: TestHub) {
  const read = (name: string): string => readFileSync(join(certsDir, name), 'utf8')
  const credentials = { cert: read('server-cert.pem'), key: read('server-key.pem') }
  return startSecureBackend(credentials, (_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>a neighbour</title>')
  })
}

/** What a script of the page asks, with the cookies that the browser has; the status, or what the browser says. */
function fetchIn(url: string, init: Readonly<Record<string, unknown>> = {}): string {
  const asked = JSON.stringify({ credentials: 'include', ...init })
  return `fetch(${JSON.stringify(url)}, ${asked}).then(({ status }) => status, (error) => error.name)`
}

test('a browser shows the session to pages of the hub, and makes no change for those of a neighbour', async (context) => {
  needPrograms(context, 'chromium')
  await using hub = await startTestHub()
  await using neighbour = await startNeighbour(hub)
  await using browser = await openBrowser()
  const jar = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true })
  const own = `https://localhost:${hub.hub.apiPort}`
  const json = { 'content-type': 'application/json' }
  const change = { method: 'POST', headers: json, body: '{"deviceId":"pump"}' }
  const { link } = await administer(hub, 'POST', '/api/sign-in-links', { name: 'eva', role: 'operator' })

  const page = await jar.newPage()
  await page.goto(`${own}/pki/`)
  const signIn = { method: 'POST', headers: json, body: JSON.stringify({ link: link.split('/').at(-1) }) }
  expect(await page.evaluate(fetchIn('/api/session', signIn))).toBe(201)
  expect(await page.evaluate('document.cookie')).toBe('')
  expect(await jar.cookies()).toMatchObject([
    { name: '__Host-signet', domain: 'localhost', path: '/', httpOnly: true, secure: true, sameSite: 'Strict' },
  ])
  expect(await page.evaluate(fetchIn('/api/devices', change))).toBe(201)

  const other = await jar.newPage()
  await other.goto(`https://localhost:${neighbour.port}/`)
  // What a form could send: the browser asks for no leave, shows the cookie of the same site, and keeps the answer back.
  const blind = { mode: 'no-cors', method: 'POST' }
  expect(await other.evaluate(fetchIn(`${own}/api/devices/pump/bundle`, blind))).toBe('TypeError')
  expect(await other.evaluate(fetchIn(`${own}/api/devices/pump`, { method: 'DELETE' }))).toBe('TypeError')
  const foreign = (await refusalsOf(hub)).filter(({ cause }) => cause === 'cross_origin')
  const presented = { origin: `https://localhost:${neighbour.port}`, sessionId: expect.any(String) }
  expect(foreign).toMatchObject([{ count: 1, presented }])

  const heard = `new Promise((resolve) => {
    const source = new EventSource('/api/events')
    source.onopen = () => resolve('open')
    source.onerror = () => resolve('error')
  })`
  expect(await page.evaluate(heard)).toBe('open')
  expect(await page.evaluate(fetchIn('/api/session', { method: 'DELETE' }))).toBe(204)
  expect(await jar.cookies()).toEqual([])
  expect(await page.evaluate(fetchIn('/api/session'))).toBe(204)
})
