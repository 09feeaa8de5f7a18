/** How long pages of the console take with 10,000 devices, and what devices that talk meanwhile feel of it. Run: node bench/console.ts */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { connectAsync, type MqttClient } from 'mqtt'
import { chromium, type Page } from 'playwright-core'
import { type CallApi, createApiCaller } from './api-caller.ts'
import { type ChildHub, startChildHub } from './child-hub.ts'
import { describeMachine, summarize } from './statistics.ts'

const DEVICES = 10_000
const TALKERS = 50
const PER_SECOND = 10
const ROUNDS = 5
const SETTLE_SECONDS = 15
const PAGES = ['overview', 'devices', 'devices/talker-1', 'sessions', 'certificates', 'activity', 'settings']

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await using hub = await startChildHub(folder)
  using call = createApiCaller(hub, 10)
  await register(call)
  const talkers = await openTalkers(hub, call)
  await using browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const page = await browser.newPage({ ignoreHTTPSErrors: true, reducedMotion: 'reduce', locale: 'en-GB' })
  await signIn(page, hub, call)
  // What they felt while the hub was filled and Chromium began is left out.
  talkers.takeLatencies()
  await talkers.settle()
  const undisturbed = talkers.takeLatencies()
  const pages: Record<string, number[]> = Object.fromEntries(PAGES.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of PAGES) pages[name]?.push(await open(page, name))
  }
  const disturbed = talkers.takeLatencies()
  talkers.stop()
  const results = {
    pages: Object.entries(pages).map(([name, times]) => ({ name, ...summarize(times) })),
    latency: { undisturbed: summarize(undisturbed), whilePagesAreOpened: summarize(disturbed) },
  }
  const setting = { devices: DEVICES, messagesPerSecond: TALKERS * PER_SECOND, rounds: ROUNDS, unit: 'ms' }
  console.log(JSON.stringify({ benchmark: 'console', ...setting, machine: describeMachine(), results }, null, 2))
} finally {
  rmSync(folder, { recursive: true })
}

async function register(call: CallApi): Promise<void> {
  const numbers = Array.from({ length: DEVICES - TALKERS }, (_, number) => number)
  const work = async (): Promise<void> => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
      await call('POST', '/api/devices', { deviceId: `device-${number}`, userId: `user-${number % 100}` })
    }
  }
  await Promise.all(Array.from({ length: 10 }, work))
}

/** Devices that send to themselves, and how long each message took. */
async function openTalkers({ mqttPort: port, ca }: ChildHub, call: CallApi) {
  let latencies: number[] = []
  const clients: MqttClient[] = []
  for (let number = 1; number <= TALKERS; number++) {
    const id = `talker-${number}`
    const { clientCert: cert, clientKey: key } = JSON.parse(
      (await call('POST', `/api/devices/certificates/${id}`, { userId: 'talkers' })).body,
    )
    const client = await connectAsync({ protocol: 'mqtts', host: 'localhost', port, ca, cert, key, clientId: id })
    const topic = `users/talkers/devices/${id}/t`
    await client.subscribeAsync(topic)
    client.on('message', (_, sentAt) => latencies.push(performance.now() - Number(sentAt)))
    clients.push(client)
  }
  let turn = 0
  // Spread evenly: one talker after the other.
  const timer = setInterval(
    () => {
      const number = (turn++ % TALKERS) + 1
      clients[number - 1]?.publish(`users/talkers/devices/talker-${number}/t`, String(performance.now()))
    },
    1000 / (TALKERS * PER_SECOND),
  )
  return {
    settle: () => new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000)),
    takeLatencies() {
      const taken = latencies
      latencies = []
      return taken
    },
    stop() {
      clearInterval(timer)
      for (const client of clients) client.end(true)
    },
  }
}

async function signIn(page: Page, { apiPort }: ChildHub, call: CallApi): Promise<void> {
  const { link } = JSON.parse((await call('POST', '/api/sign-in-links', { name: 'bench', role: 'admin' })).body)
  await page.goto(`https://localhost:${apiPort}/${new URL(link).hash}`)
  await page.locator('button.main').first().click()
  await page.locator('.frame').waitFor()
}

/** From the click until nothing of the page is waited for, in milliseconds. */
async function open(page: Page, name: string): Promise<number> {
  await page.evaluate("location.hash = '#/policies'")
  await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor()
  return page.evaluate(`new Promise((resolve) => {
    const start = performance.now()
    const before = document.title
    location.hash = '#/${name}'
    const look = () => {
      const isThere = document.title !== before && document.querySelector('[aria-busy]') === null
      if (isThere) resolve(performance.now() - start)
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })`) as Promise<number>
}
