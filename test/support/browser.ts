import { type BrowserContextOptions, chromium, type Browser as PlaywrightBrowser } from 'playwright-core'

export type Browser = PlaywrightBrowser
export type PageOptions = BrowserContextOptions

/** Debian's Chromium, with nothing of anybody's in it. */
export function openBrowser(): Promise<Browser> {
  // Its sandbox needs more rights than a container gives; it is shown no pages but ours.
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}
