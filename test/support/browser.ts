import { type Browser, chromium } from 'playwright-core'

/** Debian's Chromium, which trusts every hub of a test. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  // Its sandbox needs more than a container gives, and it shows nobody's pages but ours.
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-quic'] })
}
