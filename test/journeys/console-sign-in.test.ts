import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startHub } from '../../src/app.ts'
import type { Hub } from '../../src/app-hub.ts'
import { run } from '../cli/terminal.ts'
import { administer, createAdministrator, createApiToken, refusalsOf } from '../support/administrators.ts'
import { openConsoleBrowser } from '../support/console-browser.ts'
import { readEvents } from '../support/event-reader.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface Link {
  readonly id: string
  readonly link: string
  readonly expiresAt: string
}

function invite(hub: TestHub, name = 'eva', role = 'operator'): Promise<Link> {
  return administer(hub, 'POST', '/api/sign-in-links', { name, role })
}

async function causesOf(hub: TestHub): Promise<readonly unknown[]> {
  return (await refusalsOf(hub)).map(({ cause }) => cause)
}

test('a colleague is invited, signs in, works under his name, and signs out', async () => {
  await using hub = await startTestHub()
  const { id, link } = await invite(hub)
  expect(link).toMatch(new RegExp(`^https://localhost:${hub.hub.apiPort}/#/sign-in/sgn_${id}_[\\w-]{43}$`))

  const browser = openConsoleBrowser(hub)
  const begun = await browser.open(link)
  expect(begun.status).toBe(201)
  expect(begun.headers['set-cookie']).toEqual([
    expect.stringMatching(/^__Host-signet=sgn_[0-9a-f]{12}_[\w-]{43}; Secure; HttpOnly; SameSite=Strict; Path=\/$/),
  ])
  const told = { name: 'eva', role: 'operator', permissions: ['operate', 'publish', 'read', 'validate'], via: 'link' }
  expect(begun.json()).toMatchObject(told)
  expect((await browser.ask('GET', '/api/session')).json()).toMatchObject(told)

  expect((await browser.ask('POST', '/api/devices', { deviceId: 'pump' })).status).toBe(201)
  expect((await browser.ask('GET', '/api/tokens')).status).toBe(403)

  expect((await browser.ask('DELETE', '/api/session')).status).toBe(204)
  expect(browser.cookie).toBeUndefined()
  expect((await browser.ask('GET', '/api/session')).status).toBe(204)

  const { items } = await administer(hub, 'GET', '/api/audit')
  const session = expect.stringMatching(/^session:[0-9a-f]{12} eva$/)
  expect(items.slice(0, 4)).toMatchObject([
    { action: 'console.sign_out', actor: session, result: 'done' },
    { action: 'device.create', actor: session, object: 'pump', role: 'operator' },
    { action: 'console.sign_in', actor: session, object: `link:${id}`, role: 'operator', surface: 'https' },
    { action: 'console.link.create', actor: 'local', object: 'eva' },
  ])
})

test('a link signs in once, of two at once one, and within a quarter of an hour', async () => {
  await using hub = await startTestHub()
  const { link } = await invite(hub)
  const browsers = [openConsoleBrowser(hub), openConsoleBrowser(hub), openConsoleBrowser(hub)] as const
  const answers = await Promise.all([browsers[0].open(link), browsers[1].open(link)])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 410])
  expect((await browsers[2].open(link)).json()).toMatchObject({ code: 'sign_in_link_used' })
  expect(browsers[2].cookie).toBeUndefined()

  const late = await invite(hub)
  hub.clock.advance(15 * MINUTE_MS)
  expect((await browsers[2].open(late.link)).json()).toMatchObject({ code: 'sign_in_link_expired' })
  expect(await causesOf(hub)).toEqual(['sign_in_link_closed'])
  expect((await refusalsOf(hub))[0]).toMatchObject({ count: 3, surface: 'https' })
  expect((await administer(hub, 'GET', '/api/console-sessions')).items).toHaveLength(1)
})

test('who guesses is shut out for a minute, and told of', async () => {
  await using hub = await startTestHub()
  const { link } = await invite(hub)
  const browser = openConsoleBrowser(hub)
  for (let guess = 0; guess < 5; guess++) expect((await browser.open(`${guess}`)).status).toBe(404)
  expect((await browser.open(link)).status).toBe(429)
  expect((await causesOf(hub)).toSorted()).toEqual(['sign_in_link_unknown', 'sign_in_over_limit'])
  hub.clock.advance(MINUTE_MS)
  expect((await browser.open(link)).status).toBe(201)
})

test('no secret of a link or session stands in the log, the refusals, the audit, or what it answers', async () => {
  await using hub = await startTestHub()
  const { link } = await invite(hub)
  const browser = openConsoleBrowser(hub)
  await browser.open(link)
  const secrets = [link, browser.cookie ?? ''].map((text) => text.slice(-43))
  for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/)
  await openConsoleBrowser(hub).open(link)
  await browser.ask('GET', '/api/devices')
  const answers = await Promise.all(
    ['/api/console-sessions', '/api/audit', '/api/events', '/api/diagnostics/refusals'].map((path) =>
      hub.api('GET', path, { headers: { accept: 'application/json' } }),
    ),
  )
  const told = [hub.log.text, ...answers.map(({ text }) => text)].join()
  for (const secret of secrets) expect(told).not.toContain(secret)
})

describe('a session of the console ends', () => {
  test('twelve hours after its last use', async () => {
    await using hub = await startTestHub()
    const browser = openConsoleBrowser(hub)
    await browser.open((await invite(hub)).link)
    hub.clock.advance(11 * HOUR_MS)
    expect((await browser.ask('GET', '/api/devices')).status).toBe(200)
    hub.clock.advance(11 * HOUR_MS)
    expect((await browser.ask('GET', '/api/devices')).status).toBe(200)
    hub.clock.advance(12 * HOUR_MS)
    expect((await browser.ask('GET', '/api/devices')).status).toBe(401)
    expect(browser.cookie).toBeUndefined()
  })

  test('with the token that it was made by, and with it the stream that it reads', async () => {
    await using hub = await startTestHub()
    const { id, token } = await createApiToken(hub, 'eva', { role: 'auditor' })
    const browser = openConsoleBrowser(hub)
    expect((await browser.ask('POST', '/api/session', { token })).json()).toMatchObject({
      name: 'eva',
      role: 'auditor',
      permissions: ['read', 'validate'],
      via: 'token',
    })
    using reader = await readEvents(hub, { cookie: browser.cookie ?? '' })
    await Promise.all([reader.ended, administer(hub, 'DELETE', `/api/tokens/${id}`)])
    expect((await browser.ask('GET', '/api/devices')).status).toBe(401)
    expect(await causesOf(hub)).toEqual(['console_session_invalid'])
  })

  for (const { name, end } of [
    {
      name: 'when an administrator ends it',
      async end(hub: TestHub) {
        const { items } = await administer(hub, 'GET', '/api/console-sessions')
        expect(items).toMatchObject([{ name: 'eva', role: 'operator', via: 'link', tokenId: null }])
        await administer(hub, 'DELETE', `/api/console-sessions/${items[0].id}`)
      },
    },
    {
      name: 'by the clock, though its page still listens',
      async end(hub: TestHub) {
        for (const _ of [1, 2]) {
          hub.clock.advance(6 * HOUR_MS)
          await hub.hub.sweep()
          await nextTurn()
        }
      },
    },
    {
      name: 'for the time of a mode that takes no tokens',
      async end(hub: TestHub) {
        hub.write({ api: { auth: 'mtls' } })
        await hub.hub.reload()
      },
    },
  ]) {
    test(`${name}, and with it the stream that it reads`, async () => {
      await using hub = await startTestHub()
      const browser = openConsoleBrowser(hub)
      await browser.open((await invite(hub)).link)
      using reader = await readEvents(hub, { cookie: browser.cookie ?? '' })
      using kept = await readEvents(hub)
      await Promise.all([reader.ended, end(hub)])
      expect((await browser.ask('GET', '/api/devices')).status).toBe(401)
      if (!name.includes('mode')) expect(kept.answer.destroyed).toBe(false)
    })
  }
})

describe('the mode of the API', () => {
  test('mtls lets nobody in by a link, which is not used up, and a certificate needs no cookie', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls' } } })
    const { link } = await invite(hub)
    const browser = openConsoleBrowser(hub)
    expect((await browser.open(link)).status).toBe(401)
    expect(await causesOf(hub)).toEqual(['certificate_missing'])
    const eva = openConsoleBrowser(hub, await createAdministrator(hub, 'eva', { role: 'auditor' }))
    expect((await eva.ask('GET', '/api/session')).json()).toMatchObject({
      name: 'eva',
      role: 'auditor',
      via: 'certificate',
      expiresAt: expect.any(String),
    })
    hub.write({ api: { auth: 'token' } })
    await hub.hub.reload()
    expect((await browser.open(link)).status).toBe(201)
  })

  test('mtls_and_token asks for the certificate of the same administrator', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls_and_token' } } })
    const credentials = await createAdministrator(hub, 'eva', { role: 'operator' })
    const { link } = await invite(hub, 'eva', 'admin')
    expect((await openConsoleBrowser(hub).open(link)).status).toBe(401)
    const browser = openConsoleBrowser(hub, credentials)
    expect((await browser.open((await invite(hub, 'adam', 'admin')).link)).status).toBe(401)
    const smaller = { name: 'eva', role: 'operator', via: 'link' }
    expect((await browser.open(link)).json()).toMatchObject(smaller)
    expect((await browser.ask('GET', '/api/session')).json()).toMatchObject(smaller)
    const { cookie = '' } = browser
    expect((await hub.api('GET', '/api/session', { token: null, headers: { cookie } })).status).toBe(401)
    expect((await causesOf(hub)).toSorted()).toEqual(['certificate_missing', 'credentials_differ'])
  })

  test('https_only lets nobody in by a link', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'https_only' } } })
    expect((await openConsoleBrowser(hub).open((await invite(hub)).link)).status).toBe(403)
    expect(await causesOf(hub)).toEqual(['api_closed'])
  })
})

test('who signs in anew in the same browser leaves no session behind, and no stream', async () => {
  await using hub = await startTestHub()
  const browser = openConsoleBrowser(hub)
  await browser.open((await invite(hub, 'eva')).link)
  using reader = await readEvents(hub, { cookie: browser.cookie ?? '' })
  await browser.open((await invite(hub, 'adam')).link)
  await reader.ended
  expect((await administer(hub, 'GET', '/api/console-sessions')).items).toMatchObject([{ name: 'adam' }])
})

describe('the first start of a hub', () => {
  async function start(folder: string, isTTY: boolean) {
    const signals = new EventEmitter()
    const started = Promise.withResolvers<Hub>()
    const finished = run({
      argv: ['start', '--api-port', '0', '--mqtt-port', '0'],
      cwd: folder,
      signals,
      isTTY,
      async startHub(config, overrides) {
        const hub = await startHub(config, overrides)
        started.resolve(hub)
        return hub
      },
    })
    return { hub: await started.promise, finished, stop: () => void signals.emit('SIGTERM') }
  }

  test('shows on a terminal where to sign in, once, and no later start does', async () => {
    await using folder = await temporaryFolder()
    const first = await start(folder.path, true)
    first.stop()
    const { stdout, stderr } = await first.finished
    const [, link = '', ...others] = stdout.split(/(https:\S+#\/sign-in\/\S+)/)
    expect(link).toMatch(/\/#\/sign-in\/sgn_[0-9a-f]{12}_[\w-]{43}$/)
    expect(others.join() + stderr).not.toContain('sign-in')

    const second = await start(folder.path, true)
    const body = JSON.stringify({ link: link.split('/').at(-1) })
    const headers = { 'content-type': 'application/json' }
    const request = new Request('https://localhost/api/session', { method: 'POST', headers, body })
    const answer = await second.hub.fetch(request)
    expect(await answer.json()).toMatchObject({ name: 'local', role: 'admin', via: 'link' })
    second.stop()
    expect((await second.finished).stdout).not.toContain('sign-in')
  })

  test('shows nothing where a file or a pipe is written', async () => {
    await using folder = await temporaryFolder()
    const { hub, finished, stop } = await start(folder.path, false)
    const audit = await hub.fetch(new Request('https://localhost/api/audit'))
    expect(await audit.json()).toMatchObject({ items: [] })
    stop()
    const { stdout, stderr } = await finished
    expect(stdout + stderr).not.toContain('sign-in')
  })

  test('shows nothing where the mode lets nobody in by a link alone', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls' } } })
    expect(await hub.hub.createSetUpLink?.()).toBeUndefined()
    await using open = await startTestHub()
    expect(await open.hub.createSetUpLink?.()).toContain('/#/sign-in/')
  })
})
