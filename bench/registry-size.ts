/** Whether a large registry costs anything: start, connect and validate with 0, 10,000 and 100,000 devices. Run: node bench/registry-size.ts */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCertificateStore } from '../src/db/certificate-store.ts'
import { openDatabase } from '../src/db/database.ts'
import { createDeviceStore } from '../src/db/device-store.ts'
import { createTransaction } from '../src/db/transaction.ts'
import { formatFingerprint } from '../src/identifiers.ts'
import { createApiCaller } from './api-caller.ts'
import { startChildHub } from './child-hub.ts'
import { openMqttConnection } from './mqtt-connection.ts'
import { describeMachine, summarize } from './statistics.ts'

const SIZES = [0, 10_000, 100_000]
const STARTS = 5
const CALLS = 300
// As long as a P-256 device certificate; nothing in these paths reads it.
const PEM_SIZED_TEXT = 'x'.repeat(750)

const results = []
for (const devices of SIZES) {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    {
      await using _first = await startChildHub(folder)
    }
    fill(join(folder, 'data', 'hub.db'), devices)
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

function fill(file: string, devices: number): void {
  using database = openDatabase({ file })
  const deviceStore = createDeviceStore(database)
  const certificateStore = createCertificateStore(database)
  const createdAt = new Date()
  const notAfter = new Date(createdAt.getTime() + 365 * 86_400_000)
  createTransaction(database)(() => {
    for (let index = 0; index < devices; index++) {
      const id = `device-${index}`
      const digest = createHash('sha256').update(id).digest('hex')
      deviceStore.save({ id, userId: `user-${index % 100}`, state: 'active', policies: [], clientIds: [], createdAt })
      certificateStore.insert({
        id: randomUUID(),
        kind: 'device',
        subjectId: id,
        fingerprint: formatFingerprint(digest),
        serialNumber: digest.slice(0, 32).toUpperCase(),
        pem: PEM_SIZED_TEXT,
        notBefore: createdAt,
        notAfter,
        createdAt,
        firstSeenAt: undefined,
        retiresAt: undefined,
        revokedAt: undefined,
        revocationReason: undefined,
      })
    }
  })
}
