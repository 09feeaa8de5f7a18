import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBarriers } from '../support/accessibility.ts'
import { type Browser, openBrowser, type PageOptions } from '../support/browser.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { startProgram } from '../support/program.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

type Skips = Parameters<typeof needPrograms>[0]

let hub: TestHub
let browser: Browser | undefined
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

const origin = (): string => `https://localhost:${hub.hub.apiPort}`

async function makeLink(): Promise<string> {
  const { link } = (await hub.api('POST', '/api/sign-in-links', { body: { name: 'eva', role: 'admin' } })).json()
  return `${origin()}/${new URL(link).hash}`
}

/** The console in Chromium, signed in by a link, with all that it asks of others and complains of. */
async function signIn(context: Skips, options: PageOptions = {}) {
  needPrograms(context, 'chromium')
  browser ??= await openBrowser()
  const page = await browser.newPage({ ignoreHTTPSErrors: true, locale: 'en-GB', reducedMotion: 'reduce', ...options })
  const faults: string[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin()) && !/^(?:data|blob):/.test(url)) faults.push(`asks ${url}`)
  })
  await page.goto(await makeLink())
  await page
    .getByRole('button')
    .filter({ hasText: /Sign in with this link|Войти по этой ссылке/ })
    .click()
  await page.locator('.frame').waitFor()
  return { page, faults, [Symbol.asyncDispose]: () => page.close() }
}

test('a device is brought on, seen live and cut off, with Mosquitto on its side', async (context) => {
  needPrograms(context, 'mosquitto_sub')
  await using scene = await signIn(context)
  const { page, faults } = scene
  await page.getByRole('link', { name: 'Add a device' }).first().click()
  await page.getByLabel('Device id').fill('board-1')
  await page.getByLabel(/^User/).fill('ada')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Continue' }).click(),
  ])
  await page.getByText('This turns green by itself.').waitFor()
  await unpack(await download.path())
  const flags = '--cafile ca-cert.pem --cert device-cert.pem --key device-key.pem -i board-1 -q 1'
  const at = `-h localhost -p ${hub.hub.mqttPort} -t users/ada/devices/board-1/orders`
  await using device = startProgram(`stdbuf -oL mosquitto_sub ${flags} ${at} -d`, { cwd: join(hub.folder, 'board-1') })
  await device.line(/SUBACK/)
  await page.getByText('It is connected.').waitFor()
  await page.getByRole('link', { name: 'Open the device' }).click()
  await page.getByText('Online.').waitFor()
  await page.getByRole('button', { name: 'Revoke and cut off now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke and cut off now' }).click()
  await page.getByText('Revoked and cut off').waitFor()
  const { items } = (await hub.api('GET', '/api/sessions?state=connected')).json()
  expect(items).toEqual([])
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByText('revoked, no reason given').waitFor()
  expect(faults).toEqual([])
})

async function unpack(archive: string): Promise<void> {
  for (const [name, content] of Object.entries(unzipSync(await readFile(archive)))) {
    const path = join(hub.folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content, { mode: 0o600 })
  }
}

const PAGES = [
  'overview',
  'devices',
  'devices/add',
  'devices/pump-1',
  'devices/pump-1?tab=diary',
  'devices/pump-1?tab=messages',
  'devices/pump-1?tab=rpc',
  'devices/pump-1?tab=topics',
  'devices/pump-1?tab=check',
  'enrolment',
  'services',
  'services/backend',
  'services/backend?tab=tokens',
  'services/backend?tab=diary',
  'services/backend?tab=check',
  'sessions',
  'sessions/pump-1',
  'certificates',
  'certificates?tab=authority',
  'certificates?tab=rotations',
  'certificates?tab=paste',
  'policies',
  'policies/device',
  'activity',
  'activity?tab=events',
  'activity?tab=audit',
  'settings',
  'settings?tab=tokens',
  'settings?tab=sign-in',
  'settings?tab=webhooks',
  'settings?tab=backup',
  'settings?tab=help',
]

const WEBHOOK = { url: 'https://example.org/hook', name: 'pager', events: ['*'], headers: { 'X-Team': 'duty' } }

/** For its first certificate, for which it waits. */
async function ask(id: string): Promise<void> {
  const body = { deviceId: 'sensor-*', uses: 10, approval: true }
  const { token } = (await hub.api('POST', '/api/enrolment-tokens', { body })).json()
  const authorization = `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`
  const headers = { 'content-type': 'application/pkcs10', authorization }
  const { csr } = await createSigningRequest(id)
  await hub.api('POST', '/.well-known/est/simpleenroll', { body: csr, token: null, headers })
}

describe('every page', () => {
  let webhook: string
  beforeAll(async () => {
    const pump = await hub.enrol('pump-1', { userId: 'eva' })
    const client = await hub.connect(pump, { clientId: 'pump-1' })
    await client.subscribeAsync('users/eva/devices/pump-1/#')
    await client.publishAsync('elsewhere', 'x', { qos: 1 })
    await hub.enrolService('backend', ['users/+/devices/+/#'])
    await hub.api('POST', '/api/services/backend/tokens')
    await ask('sensor-1')
    const { id } = (await hub.api('POST', '/api/webhooks', { body: WEBHOOK })).json()
    webhook = `settings?tab=webhooks&webhook=${id}`
  })

  for (const { colorScheme, width, locale } of [
    { colorScheme: 'light', width: 1280, locale: 'en-GB' },
    { colorScheme: 'dark', width: 360, locale: 'ru-RU' },
  ] as const) {
    test(`is easy to use for everybody: ${colorScheme}, ${width} px, ${locale}`, async (context) => {
      // The library that judges is put into the page, which the page's own policy forbids.
      const options = { colorScheme, locale, viewport: { width, height: 800 }, bypassCSP: true }
      await using scene = await signIn(context, options)
      const { page, faults } = scene
      for (const name of [...PAGES, webhook]) {
        await page.evaluate(`location.hash = '#/${name}'`)
        await page.locator('main h1').waitFor()
        await page.waitForFunction('document.querySelector("[aria-busy]") === null')
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow, `${name} is wider than its window`).toBeLessThanOrEqual(0)
        expect(await findBarriers(page), name).toEqual([])
      }
      expect(faults).toEqual([])
    })
  }
})

test('a row that the keyboard leads to stands below the head of its list', async (context) => {
  const ids = Array.from({ length: 30 }, (_, place) => `lamp-${10 + place}`)
  for (const deviceId of ids) await hub.api('POST', '/api/devices', { body: { deviceId, userId: 'eva' } })
  await using scene = await signIn(context, { viewport: { width: 1280, height: 600 } })
  const { page } = scene
  await page.evaluate("location.hash = '#/devices?userId=eva&q=lamp'")
  await page.getByRole('link', { name: 'lamp-39' }).waitFor()
  await page.locator('section.list').focus()
  for (const _ of ids) await page.keyboard.press('j')
  for (const _ of ids) await page.keyboard.press('k')
  await page.locator('tr[data-current][data-index="0"]').waitFor()
  await page.locator('section.list').evaluate((list) => list.scrollTo(0, 200))
  await page.keyboard.press('k')
  const edge = (selector: string, side: 'top' | 'bottom') =>
    page.locator(selector).evaluate((element, name) => Math.round(element.getBoundingClientRect()[name]), side)
  expect(await edge('tr[data-current]', 'top')).toBeGreaterThanOrEqual(await edge('thead', 'bottom'))
})

test('the policy of the console lets nothing in from elsewhere, and it works under it', async (context) => {
  await using scene = await signIn(context)
  const { page, faults } = scene
  await page
    .getByText(/online\./)
    .first()
    .waitFor()
  const answer = await page.request.get(origin())
  expect(answer.headers()['content-security-policy']).toMatch(/^default-src 'self';/)
  expect(faults).toEqual([])
})
