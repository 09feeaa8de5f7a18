/**
 * Certificates a second, and for each second of CPU, beside Debian's cfssl and beside what no issuer in Node can leave out;
 * and what the broker's clients feel meanwhile. Run: node bench/issuance.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSigningRequest } from '../test/support/signing-request.ts'
import { type CallApi, createApiCaller } from './api-caller.ts'
import { watchProcess } from './brokers/process-usage.ts'
import { startChildHub } from './child-hub.ts'
import { startBareIssuer } from './issuance/bare-node.ts'
import { type Ask, askForMany, CONNECTIONS } from './issuance/caller.ts'
import { startCfssl } from './issuance/cfssl.ts'
import { CERTIFICATES, type Contender, compare, ROUNDS, type Run, WARM_UP } from './issuance/comparison.ts'
import { pingWhile } from './issuance/pings.ts'
import { describeMachine, summarize } from './statistics.ts'

// While a device sends itself messages.
const PINGED = 2000

const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
try {
  await using hub = await startChildHub(folder)
  await using cfssl = await startCfssl(folder)
  using bareNode = await startBareIssuer()
  using call = createApiCaller(hub)
  const headers = { authorization: `Bearer ${hub.adminToken}` }
  const requests: string[] = []
  for (let index = 0; index < WARM_UP + ROUNDS * CERTIFICATES + PINGED; index++) {
    requests.push((await createSigningRequest(`r-${index}`)).csr)
  }
  const { clientCert: cert, clientKey: key } = JSON.parse((await call('POST', '/api/devices/certificates/pinger')).body)

  const askThere =
    (port: number, more: Readonly<Record<string, string>>, ask: (index: number) => Ask): Run =>
    (from, count) =>
      askForMany(port, more, count, (index) => ask(from + index))
  const askHub = (ask: (index: number) => Ask): Contender => ({
    ...watchProcess(hub.pid),
    run: askThere(hub.apiPort, headers, ask),
  })
  const askCfssl = (ask: (index: number) => Ask): Contender => ({
    ...watchProcess(cfssl.pid),
    run: askThere(cfssl.port, {}, ask),
  })
  const askBareNode = (ask: (index: number) => Ask): Contender => ({
    ...watchProcess(bareNode.pid),
    run: askThere(bareNode.port, {}, ask),
  })

  const keysMadeHere = {
    signet: askHub((index) => ({ path: `/api/devices/certificates/k-${index}`, body: {} })),
    cfssl: askCfssl((index) => ({
      path: '/api/v1/cfssl/newcert',
      body: { request: { CN: `k-${index}`, names: [{}], hosts: [`k-${index}`], key: { algo: 'ecdsa', size: 256 } } },
    })),
    bareNode: askBareNode(() => ({ path: '/', body: {} })),
  }
  const fromRequests = {
    signet: askHub((index) => ({ path: `/api/devices/r-${index}/certificates/csr`, body: { csr: requests[index] } })),
    cfssl: askCfssl((index) => ({
      path: '/api/v1/cfssl/sign',
      body: { certificate_request: requests[index], hostname: `r-${index}` },
    })),
    bareNode: askBareNode((index) => ({ path: '/', body: { csr: requests[index] } })),
  }

  const speeds = { keysMadeHere: await compare(keysMadeHere), fromRequests: await compare(fromRequests) }
  // What the pings cost is no part of an issuance.
  await readLoopDelay(call)
  const pings = await pingWhile(hub, { cert, key }, async () => {
    for (const { signet } of [keysMadeHere, fromRequests]) await signet.run(WARM_UP + ROUNDS * CERTIFICATES, PINGED)
  })
  const results = {
    ...speeds,
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
} finally {
  rmSync(folder, { recursive: true })
}

/** Since it was read last: how late a timer of 10 ms fired, as `/metrics` tells it. */
async function readLoopDelay(call: CallApi): Promise<number> {
  const { body } = await call('GET', '/metrics')
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(body) ?? []
  return Math.round((Number(seconds) * 1000 - 10) * 100) / 100
}
