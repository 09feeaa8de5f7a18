import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { strFromU8, unzipSync } from 'fflate'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBarriers } from '../support/accessibility.ts'
import { type Browser, openBrowser, type PageOptions } from '../support/browser.ts'
import { needPrograms } from '../support/foreign-program.ts'
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

async function makeClaim(deviceId: string): Promise<{ readonly link: string; readonly qr: string }> {
  return (await hub.api('POST', `/api/devices/${deviceId}/claims`)).json()
}

/** The page of a link, with all that it asks and complains of. */
async function open(context: Skips, link: string, options: PageOptions = {}) {
  needPrograms(context, 'chromium')
  browser ??= await openBrowser()
  const page = await browser.newPage({ ignoreHTTPSErrors: true, ...options })
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(link)
  return { page, requests, complaints, [Symbol.asyncDispose]: () => page.close() }
}

describe('the page of a claim link, in a browser', () => {
  test('asks for nothing until the button is pressed, then saves a bundle that connects, once', async (context) => {
    const { link } = await makeClaim('board')
    await using scene = await open(context, link, { locale: 'en-GB' })
    const { page, requests, complaints } = scene
    expect(requests).toEqual([`GET ${link.replace(/#.*/, '')}`])
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button').click()])
    expect(download.suggestedFilename()).toBe('board.zip')
    const files = unzipSync(await readFile(await download.path()))
    const read = (name: string): string => strFromU8(files[`board/${name}`] ?? new Uint8Array())
    const credentials = { cert: read('device-cert.pem'), key: read('device-key.pem') }
    expect((await hub.connect(credentials, { clientId: 'board' })).connected).toBe(true)
    await page.getByText('The link has ended.').waitFor()
    expect(page.url()).not.toContain('#')
    expect(complaints).toEqual([])
    expect(hub.log.text).not.toContain(new URL(link).hash.slice(1))
    await using later = await open(context, link, { locale: 'en-GB' })
    await later.page.getByRole('button').click()
    await later.page.getByText('This link was used already.').waitFor()
  })

  test('saves one file under the password that was typed, in Russian too', async (context) => {
    const { link } = await makeClaim('phone')
    await using scene = await open(context, link, { locale: 'ru-RU' })
    const { page } = scene
    await page.getByLabel('Один файл с паролем').check()
    await page.getByLabel('Пароль файла').fill('верный конь')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button').click()])
    expect(download.suggestedFilename()).toBe('phone.p12')
    const pfx = await readFile(await download.path())
    expect(() => createSecureContext({ pfx, passphrase: 'верный конь' })).not.toThrow()
  })

  test('says that a link is incomplete, and takes a good one in the same window', async (context) => {
    const { link } = await makeClaim('watch')
    const bare = link.replace(/#.*/, '')
    await using scene = await open(context, bare, { locale: 'en-GB' })
    const { page } = scene
    await page.getByText('This link is not complete').waitFor()
    expect(await page.getByRole('button').isVisible()).toBe(false)
    await page.goto(link)
    await page.getByRole('button').waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is easy to use for everybody, on a phone and a large screen, ${colorScheme}`, async (context) => {
      const { link } = await makeClaim(`lamp-${colorScheme}`)
      for (const width of [360, 1280]) {
        const viewport = { width, height: 800 }
        await using scene = await open(context, link, { colorScheme, viewport, bypassCSP: true })
        const { page } = scene
        await page.getByRole('radio').last().check()
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow).toBeLessThanOrEqual(0)
        expect(await findBarriers(page)).toEqual([])
      }
    })
  }

  test('its QR code leads to the link', async (context) => {
    const { link, qr } = await makeClaim('sign')
    await using scene = await open(context, 'about:blank', { viewport: { width: 400, height: 400 } })
    const { page } = scene
    const drawn = await page.evaluate(`(async () => {
      const image = new Image(400, 400)
      image.src = 'data:image/svg+xml,' + encodeURIComponent(${JSON.stringify(qr)})
      await image.decode()
      const canvas = new OffscreenCanvas(400, 400)
      const context = canvas.getContext('2d')
      context.fillStyle = 'white'
      context.fillRect(0, 0, 400, 400)
      context.drawImage(image, 0, 0, 400, 400)
      return Array.from(context.getImageData(0, 0, 400, 400).data, (octet) => String.fromCharCode(octet)).join('')
    })()`)
    // As one string: the browser hands over 640,000 numbers one by one.
    expect(decodeQR({ width: 400, height: 400, data: Buffer.from(String(drawn), 'latin1') })).toBe(link)
  })
})
