/** What a call of a device costs over the API, beside the same request and response between two MQTT clients of one hub. Run: node bench/rpc.ts */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { type CallApi, createApiCaller } from './api-caller.ts'
import { watchProcess } from './brokers/process-usage.ts'
import { type ChildHub, startChildHub } from './child-hub.ts'
import type { Credentials } from './mqtt-connection.ts'
import { describeMachine, median, summarize } from './statistics.ts'

const PARALLEL = [1, 10, 100]
const ROUNDS = 3
const SECONDS = 3
const WARM_UP_SECONDS = 3
const DEVICE = 'measured'
const TOPIC = `users/default/devices/${DEVICE}/rpc`
const PARAMS = { percent: 30 }

/** Asks once, and resolves with the answer. */
type Ask = () => Promise<unknown>

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await using hub = await startChildHub(folder)
  using call = createApiCaller(hub, Math.max(...PARALLEL))
  await openDevice(hub, await enrolDevice(call))
  const ways = { api: overApi(call), mqtt: await overMqtt(hub, await enrolService(call)) }
  const usage = watchProcess(hub.pid)
  for (const ask of Object.values(ways)) await askFor(WARM_UP_SECONDS, 10, ask)
  const results = []
  for (const parallel of PARALLEL) {
    const rounds: Record<keyof typeof ways, Round[]> = { api: [], mqtt: [] }
    // In turn: what else the machine does is the same for both.
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of ['api', 'mqtt'] as const) rounds[way].push(await measure(ways[way], parallel, usage.cpuSeconds))
    }
    results.push({ parallel, api: summarizeRounds(rounds.api), mqtt: summarizeRounds(rounds.mqtt) })
  }
  const setting = { rounds: ROUNDS, seconds: SECONDS, unit: 'ms' }
  console.log(JSON.stringify({ benchmark: 'rpc', ...setting, machine: describeMachine(), results }, null, 2))
} finally {
  rmSync(folder, { recursive: true })
}

async function enrolDevice(call: CallApi): Promise<Credentials> {
  return readCredentials((await call('POST', `/api/devices/certificates/${DEVICE}`)).body)
}

async function enrolService(call: CallApi): Promise<Credentials> {
  await call('POST', '/api/services', { name: 'backend', allow: [`${TOPIC}/#`] })
  return readCredentials((await call('POST', '/api/services/backend/certificates')).body)
}

function readCredentials(answer: string): Credentials {
  const { clientCert: cert, clientKey: key } = JSON.parse(answer)
  return { cert, key }
}

function connect({ mqttPort: port, ca }: ChildHub, credentials: Credentials, clientId: string): Promise<MqttClient> {
  const target = { protocol: 'mqtts', host: 'localhost', port, ca } as const
  return connectAsync({ ...target, ...credentials, clientId, protocolVersion: 4, reconnectPeriod: 0 })
}

/** Answers each request at once. */
async function openDevice(hub: ChildHub, credentials: Credentials): Promise<void> {
  const client = await connect(hub, credentials, DEVICE)
  client.on('message', (_topic, payload) => {
    const { id, params } = JSON.parse(payload.toString())
    client.publish(`${TOPIC}/response`, JSON.stringify({ id, result: params }))
  })
  await client.subscribeAsync(`${TOPIC}/request`)
}

function overApi(call: CallApi): Ask {
  return async () => {
    const body = { method: 'setValve', params: PARAMS }
    const { status, body: answer } = await call('POST', `/api/users/default/devices/${DEVICE}/rpc`, body)
    if (status !== 200) throw new Error(answer)
  }
}

async function overMqtt(hub: ChildHub, credentials: Credentials): Promise<Ask> {
  const client = await connect(hub, credentials, 'backend')
  const waiting = new Map<string, () => void>()
  client.on('message', (_topic, payload) => {
    const { id } = JSON.parse(payload.toString())
    waiting.get(id)?.()
    waiting.delete(id)
  })
  await client.subscribeAsync(`${TOPIC}/response`)
  return () =>
    new Promise((resolve) => {
      const id = crypto.randomUUID()
      waiting.set(id, () => resolve(undefined))
      client.publish(`${TOPIC}/request`, JSON.stringify({ id, method: 'setValve', params: PARAMS }))
    })
}

interface Round {
  readonly latencies: readonly number[]
  readonly callsPerSecond: number
  readonly callsPerCpuSecond: number
}

async function measure(ask: Ask, parallel: number, cpuSeconds: () => number): Promise<Round> {
  const cpu = cpuSeconds()
  const begin = performance.now()
  const latencies = await askFor(SECONDS, parallel, ask)
  const seconds = (performance.now() - begin) / 1000
  return {
    latencies,
    callsPerSecond: latencies.length / seconds,
    callsPerCpuSecond: latencies.length / (cpuSeconds() - cpu),
  }
}

/** So many ask at once, each again as soon as it is answered; how long each answer took, in milliseconds. */
async function askFor(seconds: number, parallel: number, ask: Ask): Promise<readonly number[]> {
  const latencies: number[] = []
  const end = performance.now() + seconds * 1000
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const begin = performance.now()
      await ask()
      latencies.push(performance.now() - begin)
    }
  }
  await Promise.all(Array.from({ length: parallel }, one))
  return latencies
}

function summarizeRounds(rounds: readonly Round[]) {
  return {
    latency: summarize(rounds.flatMap(({ latencies }) => latencies)),
    callsPerSecond: Math.round(median(rounds.map((round) => round.callsPerSecond))),
    callsPerCpuSecond: Math.round(median(rounds.map((round) => round.callsPerCpuSecond))),
  }
}
