/**
 * How long pages of the console take with 10,000 devices, and what devices that talk meanwhile feel of it: of pages of
 * their own hub, and, to tell what the browser takes of the machine, of those of another one. Run: node bench/console.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { type CallApi, createApiCaller } from './api-caller.ts'
import { pinProcess } from './brokers/process-usage.ts'
import { type ChildHub, startChildHub } from './child-hub.ts'
import { comeBack, leaveConsole, openBrowser, openConsole, openPages } from './console/pages.ts'
import { startTalk } from './console/talk.ts'
import type { Talker } from './console/talking.ts'
import { fillRegistry } from './fleet.ts'
import { describeMachine, type Summary, summarize } from './statistics.ts'

const DEVICES = 10_000
const TALKERS = 50
const MESSAGES_PER_SECOND = 500
const ROUNDS = 10
// The two hubs in turn, for this machine is not as quick at all times.
const BLOCKS = 4
const BLOCK_ROUNDS = 2
const UNDISTURBED_MS = 8000
// A page every two seconds; without rest there are more than four a second, and as many back to where they are opened from.
const REST_OF_A_PERSON_MS = 2000
// For the latencies the measured hub has a core to itself, as on a machine of its own. Browser, devices, this process and
// the other hub share the other.
const MEASURED_CORE = 0
const OTHER_CORE = 1

type Latencies = readonly number[]

interface Visit {
  readonly page: Page
  readonly byAPerson: Latencies[]
  readonly withoutRest: Latencies[]
}

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
  pinProcess(hub.pid, MEASURED_CORE)
  for (const { pid } of [process, other, talk]) pinProcess(pid, OTHER_CORE)
  await using browser = await openBrowser([hub, other])
  const consoles = [await visit(browser, other, callOther), await visit(browser, hub, call)]
  const undisturbed: Latencies[] = []
  for (let block = 0; block < BLOCKS; block++) {
    undisturbed.push(await feel(() => wait(UNDISTURBED_MS)))
    for (const { page, byAPerson, withoutRest } of consoles) {
      await comeBack(page)
      byAPerson.push(await feel(() => openPages(page, 1, REST_OF_A_PERSON_MS)))
      withoutRest.push(await feel(() => openPages(page, BLOCK_ROUNDS)))
      await leaveConsole(page)
    }
  }
  const [ofAnotherHub, ofTheirOwn] = consoles.map(({ byAPerson, withoutRest }) => ({
    byAPerson: summarizeBlocks(byAPerson),
    withoutRest: summarizeBlocks(withoutRest),
  }))
  const results = {
    pages: [...pages].map(([name, times]) => ({ name, ...summarize(times) })),
    latency: {
      undisturbed: summarizeBlocks(undisturbed),
      whilePagesOfAnotherHubAreOpened: ofAnotherHub,
      whilePagesAreOpened: ofTheirOwn,
    },
  }
  const setting = {
    devices: DEVICES,
    messagesPerSecond: MESSAGES_PER_SECOND,
    rounds: ROUNDS,
    blocks: BLOCKS,
    unit: 'ms',
  }
  console.log(JSON.stringify({ benchmark: 'console', ...setting, machine: describeMachine(), results }, null, 2))

  /** What the devices feel while this is done. */
  async function feel(doThis: () => Promise<unknown>): Promise<Latencies> {
    await talk.takeLatencies()
    await doThis()
    return talk.takeLatencies()
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

/** A console that is not looked at yet, and what was felt of it so far. */
async function visit(browser: Browser, hub: ChildHub, call: CallApi): Promise<Visit> {
  const page = await openConsole(browser, hub, call)
  // What each page costs the first time is another question.
  await openPages(page, 1)
  await leaveConsole(page)
  return { page, byAPerson: [], withoutRest: [] }
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

/** Of all blocks together; how far the p99 of each lies apart tells what it is worth. */
function summarizeBlocks(blocks: readonly Latencies[]): Summary & { readonly p99OfEachBlock: readonly number[] } {
  return { ...summarize(blocks.flat()), p99OfEachBlock: blocks.map((block) => summarize(block).p99) }
}
