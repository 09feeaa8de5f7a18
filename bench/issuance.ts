/** Certificates a second, and for each second of CPU, beside Debian's cfssl; and what the broker's clients feel meanwhile. Run: node bench/issuance.ts */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSigningRequest } from '../test/support/signing-request.ts'
import { type CallApi, createApiCaller } from './api-caller.ts'
import { type ProcessUsage, watchProcess } from './brokers/process-usage.ts'
import { startChildHub } from './child-hub.ts'
import { type Ask, askForMany, CONNECTIONS } from './issuance/caller.ts'
import { startCfssl } from './issuance/cfssl.ts'
import { pingWhile } from './issuance/pings.ts'
import { describeMachine, median, summarize } from './statistics.ts'

const CERTIFICATES = 1000
// V8 has compiled by then what it will: a hub runs for months.
const WARM_UP = 2000
const ROUNDS = 3

interface Speed {
  readonly perSecond: number
  readonly perCpuSecond: number
}

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await using hub = await startChildHub(folder)
  await using cfssl = await startCfssl(folder)
  using call = createApiCaller(hub)
  const headers = { authorization: `Bearer ${hub.adminToken}` }
  const requests: string[] = []
  for (let index = 0; index < WARM_UP + ROUNDS * CERTIFICATES; index++) {
    requests.push((await createSigningRequest(`r-${index}`)).csr)
  }
  const signet = watchProcess(hub.pid)
  const other = watchProcess(cfssl.pid)
  const { clientCert: cert, clientKey: key } = JSON.parse((await call('POST', '/api/devices/certificates/pinger')).body)
  const pings: number[] = []
  const pinged = async (work: () => Promise<void>): Promise<void> => {
    pings.push(...(await pingWhile(hub, { cert, key }, work)))
  }

  const askHub = (ask: (index: number) => Ask) => (from: number, count: number) =>
    askForMany(hub.apiPort, headers, count, (index) => ask(from + index))
  const askCfssl = (ask: (index: number) => Ask) => (from: number, count: number) =>
    askForMany(cfssl.port, {}, count, (index) => ask(from + index))

  const hubKeys = askHub((index) => ({ path: `/api/devices/certificates/k-${index}`, body: {} }))
  const hubRequests = askHub((index) => ({
    path: `/api/devices/r-${index}/certificates/csr`,
    body: { csr: requests[index] },
  }))
  const cfsslKeys = askCfssl((index) => ({
    path: '/api/v1/cfssl/newcert',
    body: { request: { CN: `k-${index}`, names: [{}], hosts: [`k-${index}`], key: { algo: 'ecdsa', size: 256 } } },
  }))
  const cfsslRequests = askCfssl((index) => ({
    path: '/api/v1/cfssl/sign',
    body: { certificate_request: requests[index], hostname: `r-${index}` },
  }))

  await readLoopDelay(call)
  const results = {
    keysMadeHere: await compare((from, count) => pinged(() => hubKeys(from, count)), cfsslKeys),
    fromRequests: await compare((from, count) => pinged(() => hubRequests(from, count)), cfsslRequests),
    brokerMilliseconds: summarize(pings),
    eventLoopP99Milliseconds: await readLoopDelay(call),
  }
  const run = {
    warmUp: WARM_UP,
    certificates: CERTIFICATES,
    rounds: ROUNDS,
    connections: CONNECTIONS,
    loadAtEnd: loadavg()[0],
  }
  console.log(JSON.stringify({ benchmark: 'issuance', ...run, machine: describeMachine(), results }, null, 2))

  /** In turn, so that both meet what else the machine does. */
  async function compare(ours: Run, theirs: Run) {
    await ours(0, WARM_UP)
    await theirs(0, WARM_UP)
    const speeds: { readonly ours: Speed; readonly theirs: Speed }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const from = WARM_UP + round * CERTIFICATES
      speeds.push({ ours: await measure(signet, from, ours), theirs: await measure(other, from, theirs) })
    }
    const medianOf = (of: 'ours' | 'theirs', what: keyof Speed): number => median(speeds.map((one) => one[of][what]))
    const ratio = medianOf('ours', 'perCpuSecond') / medianOf('theirs', 'perCpuSecond')
    return {
      signet: { perSecond: medianOf('ours', 'perSecond'), perCpuSecond: medianOf('ours', 'perCpuSecond') },
      cfssl: { perSecond: medianOf('theirs', 'perSecond'), perCpuSecond: medianOf('theirs', 'perCpuSecond') },
      ratioPerCpuSecond: Math.round(ratio * 100) / 100,
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** Since it was read last: how late a timer of 10 ms fired, as `/metrics` tells it. */
async function readLoopDelay(call: CallApi): Promise<number> {
  const { body } = await call('GET', '/metrics')
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(body) ?? []
  return Math.round((Number(seconds) * 1000 - 10) * 100) / 100
}

type Run = (from: number, count: number) => Promise<void>

async function measure({ cpuSeconds }: ProcessUsage, from: number, run: Run): Promise<Speed> {
  const [begin, cpu] = [performance.now(), cpuSeconds()]
  await run(from, CERTIFICATES)
  const seconds = (performance.now() - begin) / 1000
  return { perSecond: CERTIFICATES / seconds, perCpuSecond: CERTIFICATES / (cpuSeconds() - cpu) }
}
