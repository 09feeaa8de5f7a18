/**
 * How long pages of the console take with 10,000 devices, and what devices that talk meanwhile feel of it: of pages of
 * their own hub, and, to tell what the browser takes of the machine, of those of another one. Run: node bench/console.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { type CallApi, createApiCaller } from './api-caller.ts'
import { pinProcess } from './brokers/process-usage.ts'
import { type ChildHub, startChildHub } from './child-hub.ts'
import { openBrowser, openConsole, openPages } from './console/pages.ts'
import { startTalk } from './console/talk.ts'
import type { Talker } from './console/talking.ts'
import { fillRegistry } from './fleet.ts'
import { describeMachine, summarize } from './statistics.ts'

const DEVICES = 10_000
const TALKERS = 50
const MESSAGES_PER_SECOND = 500
const ROUNDS = 10
const SETTLE_SECONDS = 15
// A page every two seconds; without rest there are more than four a second, and as many back to where they are opened from.
const ROUNDS_OF_A_PERSON = 2
const REST_OF_A_PERSON_MS = 2000
// For the latencies the measured hub and its devices have the one to themselves; browser, this process and the other hub
// share the other.
const MEASURED_CORE = 0
const OTHER_CORE = 1

const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'signet-bench-')))
try {
  const [folder = '', otherFolder = ''] = folders
  await using hub = await startFilledHub(folder)
  await using other = await startFilledHub(otherFolder)
  using call = createApiCaller(hub)
  using callOther = createApiCaller(other)
  // So that both consoles show the same.
  await enrolTalkers(callOther)
  using talk = await startTalk({
    port: hub.mqttPort,
    ca: hub.ca,
    talkers: await enrolTalkers(call),
    messagesPerSecond: MESSAGES_PER_SECOND,
  })
  // Who measures does not wait for whom he measures.
  setPriority(talk.pid, constants.priority.PRIORITY_HIGHEST)
  const pages = await measurePages(hub, call)
  for (const { pid } of [hub, talk]) pinProcess(pid, MEASURED_CORE)
  for (const { pid } of [process, other]) pinProcess(pid, OTHER_CORE)
  await using browser = await openBrowser([hub, other])
  const page = await openConsole(browser, hub, call)
  const otherPage = await openConsole(browser, other, callOther)
  // What each page costs the first time is another question, and nothing is to be felt of the console that is not looked at.
  await openPages(otherPage, 1)
  await openPages(page, 1)
  await page.goto('about:blank')
  await talk.takeLatencies()
  await wait(SETTLE_SECONDS * 1000)
  const undisturbed = await talk.takeLatencies()
  const ofAnotherHub = await feel(otherPage)
  await otherPage.goto('about:blank')
  await page.goBack()
  await page.locator('.frame').waitFor()
  const ofTheirOwn = await feel(page)
  const results = {
    pages: [...pages].map(([name, times]) => ({ name, ...summarize(times) })),
    latency: {
      undisturbed: summarize(undisturbed),
      whilePagesOfAnotherHubAreOpened: ofAnotherHub,
      whilePagesAreOpened: ofTheirOwn,
    },
  }
  const setting = { devices: DEVICES, messagesPerSecond: MESSAGES_PER_SECOND, rounds: ROUNDS, unit: 'ms' }
  console.log(JSON.stringify({ benchmark: 'console', ...setting, machine: describeMachine(), results }, null, 2))

  async function feel(opened: Page) {
    await talk.takeLatencies()
    await openPages(opened, ROUNDS_OF_A_PERSON, REST_OF_A_PERSON_MS)
    const byAPerson = summarize(await talk.takeLatencies())
    await openPages(opened, ROUNDS)
    return { byAPerson, withoutRest: summarize(await talk.takeLatencies()) }
  }
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true })
}

/** By a browser that has the machine to itself as far as the hub and its devices leave it: an operator's is on another. */
async function measurePages(hub: ChildHub, call: CallApi): Promise<ReadonlyMap<string, readonly number[]>> {
  await using browser = await openBrowser([hub])
  const page = await openConsole(browser, hub, call)
  await openPages(page, 1)
  // Awaited here: the browser is closed with this function.
  return await openPages(page, ROUNDS)
}

async function startFilledHub(folder: string): Promise<ChildHub> {
  {
    await using _first = await startChildHub(folder)
  }
  fillRegistry(join(folder, 'data', 'hub.db'), DEVICES - TALKERS)
  return startChildHub(folder)
}

async function enrolTalkers(call: CallApi): Promise<readonly Talker[]> {
  const talkers: Talker[] = []
  for (let number = 1; number <= TALKERS; number++) {
    const id = `talker-${number}`
    const { body } = await call('POST', `/api/devices/certificates/${id}`, { userId: 'talkers' })
    const { clientCert: cert, clientKey: key } = JSON.parse(body)
    talkers.push({ id, cert, key })
  }
  return talkers
}
