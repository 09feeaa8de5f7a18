import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBarriers } from '../support/accessibility.ts'
import { type Browser, openBrowser, type PageOptions } from '../support/browser.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

let hub: TestHub
let browser: Browser | undefined
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

async function open(context: Parameters<typeof needPrograms>[0], path: string, options: PageOptions = {}) {
  needPrograms(context, 'chromium')
  browser ??= await openBrowser()
  const page = await browser.newPage({ ignoreHTTPSErrors: true, locale: 'en-GB', ...options })
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  const url = `https://localhost:${hub.hub.apiPort}${path}`
  await page.goto(url)
  return { page, url, requests, complaints, [Symbol.asyncDispose]: () => page.close() }
}

describe('the page of the API, in a browser', () => {
  test('filters the calls by words, and asks for nothing but itself', async (context) => {
    await using scene = await open(context, '/docs')
    const { page, url, requests, complaints } = scene
    const shown = page.locator('[data-call]:visible')
    const all = await shown.count()
    expect(all).toBeGreaterThan(100)
    await page.getByLabel('Filter by path or words').fill('delete POLICIES')
    expect(await shown.locator('summary code').allTextContents()).toEqual(['/api/policies/{name}'])
    await page.getByLabel('Filter by path or words').fill('nothing has these words')
    await page.getByText('No call has these words.').waitFor()
    await page.getByLabel('Filter by path or words').fill('')
    expect(await shown.count()).toBe(all)
    expect(requests).toEqual([url])
    expect(complaints).toEqual([])
  })

  test('opens the call that a link names', async (context) => {
    await using scene = await open(context, '/docs#put-api-policies-name')
    await scene.page.locator('#put-api-policies-name[open] pre').first().waitFor()
    expect(await scene.page.locator('details[open]').count()).toBe(1)
    await scene.page.locator('details[open] a[href^="#schema-"]').first().click()
    await scene.page.locator('details[id^="schema-"][open]').waitFor()
  })

  test('is read without script, and shows no filter then', async (context) => {
    await using scene = await open(context, '/docs', { javaScriptEnabled: false })
    const call = scene.page.locator('#get-api-devices')
    await call.locator('summary').click()
    await call.getByText('curl --cacert').waitFor()
    expect(await scene.page.locator('#filter').isVisible()).toBe(false)
  })

  for (const { colorScheme, locale } of [
    { colorScheme: 'light', locale: 'en-GB' },
    { colorScheme: 'dark', locale: 'ru-RU' },
  ] as const) {
    test(`is easy to use for everybody, on a phone and a large screen, ${colorScheme}`, {
      timeout: 240_000,
    }, async (context) => {
      for (const width of [360, 1280]) {
        const viewport = { width, height: 800 }
        const options = { colorScheme, locale, viewport, bypassCSP: true }
        await using scene = await open(context, '/docs#post-api-devices', options)
        const { page } = scene
        await page.evaluate(`for (const id of ['get-api-devices', 'schema-Device', 'schema-Problem', 'schema-Webhook'])
          document.getElementById(id).open = true`)
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow).toBeLessThanOrEqual(0)
        expect(await findBarriers(page)).toEqual([])
      }
    })
  }
})
