import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from 'node:tls'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { CallApi } from '../api-caller.ts'
import type { ChildHub } from '../child-hub.ts'

const PAGES = ['overview', 'devices', 'devices/talker-1', 'sessions', 'certificates', 'activity', 'settings']

/** A browser that trusts these hubs, as an operator's does: for a page of whom it does not trust, Chromium caches nothing. */
export async function openBrowser(hubs: readonly ChildHub[]): Promise<Browser> {
  const trusted = await Promise.all(hubs.map(readKeyHash))
  const args = ['--no-sandbox', `--ignore-certificate-errors-spki-list=${trusted.join()}`]
  return chromium.launch({ executablePath: '/usr/bin/chromium', args })
}

/** Of what the hub shows: SHA-256 of its SubjectPublicKeyInfo, Base64. */
async function readKeyHash({ apiPort, ca }: ChildHub): Promise<string> {
  const socket = connect({ host: 'localhost', port: apiPort, ca })
  await once(socket, 'secureConnect')
  const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}

/** A hub's console in a browser, signed in. */
export async function openConsole(browser: Browser, { apiPort }: ChildHub, call: CallApi): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce', locale: 'en-GB' })
  const { link } = JSON.parse((await call('POST', '/api/sign-in-links', { name: 'bench', role: 'admin' })).body)
  await page.goto(`https://localhost:${apiPort}/${new URL(link).hash}`)
  await page.locator('button.main').first().click()
  await page.locator('.frame').waitFor()
  return page
}

/** Nothing is to be felt of a console that is not looked at. */
export async function leaveConsole(page: Page): Promise<void> {
  await page.goto('about:blank')
}

export async function comeBack(page: Page): Promise<void> {
  await page.goBack()
  await page.locator('.frame').waitFor()
}

/** How long each page took, in milliseconds: all of them one after the other, so many times, with a rest before each. */
export async function openPages(
  page: Page,
  rounds: number,
  restMs = 0,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map(PAGES.map((name): [string, number[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, taken] of times) {
      await wait(restMs)
      taken.push(await open(page, name))
    }
  }
  return times
}

/** From the click until nothing of the page is waited for, in milliseconds. */
async function open(page: Page, name: string): Promise<number> {
  await page.evaluate("location.hash = '#/policies'")
  await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor()
  return page.evaluate(`new Promise((resolve, reject) => {
    const start = performance.now()
    const before = document.title
    location.hash = '#/${name}'
    const look = () => {
      const isThere = document.title !== before && document.querySelector('[aria-busy]') === null
      if (isThere) resolve(performance.now() - start)
      else if (performance.now() - start > 30_000) reject(new Error(document.title + ' is not there: ' + document.body.innerText))
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })`) as Promise<number>
}
