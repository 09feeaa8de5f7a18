/** Whether a large registry costs anything: start, connect and validate with 0, 10,000 and 100,000 devices. Run: node bench/registry-size.ts */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiCaller } from './api-caller.ts'
import { startChildHub } from './child-hub.ts'
import { fillRegistry } from './fleet.ts'
import { openMqttConnection } from './mqtt-connection.ts'
import { describeMachine, summarize } from './statistics.ts'

const SIZES = [0, 10_000, 100_000]
const STARTS = 5
const CALLS = 300

const results = []
for (const devices of SIZES) {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    {
      await using _first = await startChildHub(folder)
    }
    fillRegistry(join(folder, 'data', 'hub.db'), devices)
    const readyAfter: number[] = []
    for (let start = 0; start < STARTS; start++) {
      await using hub = await startChildHub(folder)
      readyAfter.push(hub.readyAfterMs)
    }
    results.push({ devices, readyAfter: summarize(readyAfter), ...(await measureCalls(folder)) })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
console.log(JSON.stringify({ benchmark: 'registry-size', unit: 'ms', machine: describeMachine(), results }, null, 2))

async function measureCalls(folder: string) {
  await using hub = await startChildHub(folder)
  using call = createApiCaller(hub)
  const {
    clientCert: cert,
    clientKey: key,
    fingerprint,
  } = JSON.parse((await call('POST', '/api/devices/certificates/measured')).body)
  const connect: number[] = []
  const validate: number[] = []
  for (let round = 0; round < CALLS; round++) {
    const beginConnect = performance.now()
    const socket = await openMqttConnection(hub, { cert, key }, 'measured')
    connect.push(performance.now() - beginConnect)
    socket.destroy()
    const beginValidate = performance.now()
    await call('POST', `/api/devices/certificates/validate/${fingerprint}`)
    validate.push(performance.now() - beginValidate)
  }
  return { connect: summarize(connect), validate: summarize(validate) }
}
