/**
 * Signet beside Mosquitto or another checkout of itself, and beside Node without a broker, over mutual TLS 1.3: each on one
 * core, the load on the other, rounds in turn, medians.
 * Run: node bench/brokers.ts [--scenario NAME] [--rounds N] [--against LAUNCHER] [--bare-node]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createApiCaller } from './api-caller.ts'
import { fullConnects, resumedConnects } from './brokers/connects.ts'
import { bareNode, mosquitto, type StartContender, signet } from './brokers/contender.ts'
import { frozenSubscriber } from './brokers/frozen-subscriber.ts'
import { idleSessions } from './brokers/idle-sessions.ts'
import { latency } from './brokers/latency.ts'
import { fanIn, fanOut, oneToOne } from './brokers/messages.ts'
import { offlineSession } from './brokers/offline-session.ts'
import { pinProcess } from './brokers/process-usage.ts'
import { type Figures, type Identity, type Scenario, targetOf } from './brokers/scenario.ts'
import { startChildHub } from './child-hub.ts'
import { describeMachine, median } from './statistics.ts'

const SCENARIOS: readonly Scenario[] = [
  fullConnects,
  resumedConnects,
  oneToOne(0),
  oneToOne(1),
  oneToOne(2),
  fanOut,
  fanIn,
  latency,
  idleSessions,
  offlineSession,
  frozenSubscriber,
]
const LOAD_CORE = 1
// The first is who the other broker's access list names.
const NAMES = ['load', ...Array.from({ length: 8 }, (_, index) => `device-${index}`)]
// The first ones, until the just-in-time compiler has settled, count for nothing.
const WARM_UP_ROUNDS = 2

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    against: { type: 'string' },
    'bare-node': { type: 'boolean', default: false },
    'node-flag': { type: 'string', multiple: true, default: [] },
  },
})
const rounds = Number(values.rounds)
const { against } = values
const wanted = SCENARIOS.filter(({ name }) => values.scenario === undefined || values.scenario.includes(name))
if (wanted.length === 0) throw new Error(`No such scenario: they are ${SCENARIOS.map(({ name }) => name).join(', ')}`)
const others: readonly (readonly [string, StartContender])[] = [
  against === undefined ? ['mosquitto', mosquitto] : ['other', signet(against)],
  ...(values['bare-node'] ? [['bareNode', bareNode] as const] : []),
]

pinProcess(process.pid, LOAD_CORE)
const results = []
for (const scenario of wanted) {
  const contenders = new Map([['signet', signet(undefined, values['node-flag'])], ...othersOf(scenario)])
  const figures = await measure(scenario, contenders)
  results.push({ scenario: scenario.name, ...figures })
  process.stderr.write(`${JSON.stringify(results.at(-1))}\n`)
}
console.log(JSON.stringify({ benchmark: 'brokers', rounds, machine: describeMachine(), results }, null, 2))

async function measure(scenario: Scenario, contenders: ReadonlyMap<string, StartContender>) {
  await using stack = new AsyncDisposableStack()
  const stages = []
  for (const [name, start] of contenders) {
    const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const [identity, ...identities] = await enrol(folder, name === 'other' ? against : undefined)
    if (!identity) throw new Error('Nobody was enrolled')
    const contender = stack.use(await start(folder))
    stages.push({ name, stage: stack.use(await scenario.open(contender, targetOf(contender, identity), identities)) })
  }
  const counted = scenario.rounds ?? rounds
  const warmUp = scenario.rounds === undefined ? WARM_UP_ROUNDS : 0
  const samples = new Map<string, Figures[]>(stages.map(({ name }) => [name, []]))
  for (let round = -warmUp; round < counted; round++) {
    for (const { name, stage } of stages) {
      const figures = await stage.round()
      if (round >= 0) samples.get(name)?.push(figures)
    }
  }
  const medians = new Map([...samples].map(([name, figures]) => [name, mediansOf(figures)]))
  return { ...Object.fromEntries(medians), ...ratiosOf(medians) }
}

function othersOf({ alone, needsBroker }: Scenario): typeof others {
  return alone ? [] : others.filter(([name]) => !(needsBroker && name === 'bareNode'))
}

/** By the hub that is to read it: no hub reads what a newer one has written. */
async function enrol(folder: string, launcher?: string): Promise<readonly Identity[]> {
  await using hub = await startChildHub(folder, {}, launcher === undefined ? {} : { launcher })
  using call = createApiCaller(hub)
  const identities: Identity[] = []
  for (const name of NAMES) {
    await call('POST', '/api/services', { name, allow: ['bench/#'] })
    const { body } = await call('POST', `/api/services/${name}/certificates`)
    const { clientCert: cert, clientKey: key } = JSON.parse(body)
    identities.push({ name, ca: hub.ca, cert, key })
  }
  return identities
}

function mediansOf(samples: readonly Figures[]): Figures {
  const names = Object.keys(samples[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, median(samples.map((figures) => figures[name] ?? Number.NaN))]))
}

/** Of the first one's figures to those of each other. */
function ratiosOf(medians: ReadonlyMap<string, Figures>): { readonly ratios?: Readonly<Record<string, Figures>> } {
  const [[, own] = [], ...rest] = medians
  if (!own || rest.length === 0) return {}
  return { ratios: Object.fromEntries(rest.map(([name, figures]) => [name, divide(own, figures)])) }
}

function divide(one: Figures, two: Figures): Figures {
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, round(value / (two[name] ?? Number.NaN))]),
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
