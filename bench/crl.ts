/** How long the CRLs of a large fleet take, and how long a turn of the event loop lasts meanwhile. Run: node bench/crl.ts */
import { randomBytes, randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createMemoryAuthority } from '../src/ca/memory-authority.ts'
import { encodeRevoked, toRevocationListPem } from '../src/ca/revocation-list.ts'
import { createCertificateStore } from '../src/db/certificate-store.ts'
import { type Database, openDatabase } from '../src/db/database.ts'
import { createRevocationListStore } from '../src/db/revocation-list-store.ts'
import { createTransaction } from '../src/db/transaction.ts'
import { RevocationLists } from '../src/registry/revocation-lists.ts'
import { describeMachine, median } from './statistics.ts'

const SIZES = [1_000, 10_000, 100_000]
const ROUNDS = 5
const REASONS = ['keyCompromise', 'superseded', 'cessationOfOperation', 'unspecified'] as const
const NOW = new Date()
const NEXT_YEAR = new Date(NOW.getTime() + 365 * 86_400_000)

const results = []
for (const entries of SIZES) results.push(await measure(entries))
console.log(JSON.stringify({ benchmark: 'crl', unit: 'ms', machine: describeMachine(), results }, null, 2))

async function measure(entries: number) {
  using database = openDatabase()
  fill(database, entries)
  const store = createRevocationListStore(database)
  store.saveDistributionPoint('http://hub.example.com:3000/pki/dp.crl', NEXT_YEAR)
  const authority = await createMemoryAuthority(() => NOW)
  const signer = {
    requireUnlocked: authority.requireUnlocked.bind(authority),
    encodeRevoked,
    toPem: toRevocationListPem,
    signRevocationList: authority.signRevocationList.bind(authority),
  }
  await using lists = new RevocationLists({ store, signer, clock: () => NOW })
  const [times, delays, busiest]: [number[], number[], number[]] = [[], [], []]
  let bytes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    using turns = measureTurns()
    const begin = performance.now()
    await lists.noteRevocation()
    times.push(performance.now() - begin)
    delay.disable()
    delays.push(delay.max / 1e6)
    busiest.push(turns.busiest())
    bytes = (await lists.current()).complete.byteLength
  }
  return {
    entries,
    bytes,
    median: median(times),
    slowest: Math.max(...times),
    longestTurn: Math.max(...delays),
    busiestTurn: Math.max(...busiest),
  }
}

/** What each turn of the event loop costs this thread: of a shared machine a turn by the clock says little. */
function measureTurns() {
  let [before, most, isOver] = [process.threadCpuUsage(), 0, false]
  const measure = (): void => {
    const now = process.threadCpuUsage()
    most = Math.max(most, (now.user + now.system - before.user - before.system) / 1000)
    before = now
    if (!isOver) setImmediate(measure)
  }
  setImmediate(measure)
  return {
    busiest: () => most,
    [Symbol.dispose]() {
      isOver = true
    },
  }
}

function fill(database: Database, entries: number): void {
  const certificates = createCertificateStore(database)
  createTransaction(database)(() => {
    for (let index = 0; index < entries; index++) {
      certificates.insert({
        id: randomUUID(),
        kind: 'device',
        subjectId: `device-${index}`,
        fingerprint: randomBytes(32).toString('hex'),
        serialNumber: `40${randomBytes(15).toString('hex').toUpperCase()}`,
        pem: undefined,
        notBefore: NOW,
        notAfter: NEXT_YEAR,
        createdAt: NOW,
        firstSeenAt: undefined,
        retiresAt: undefined,
        revokedAt: NOW,
        revocationReason: REASONS[index % REASONS.length],
      })
    }
  })
}
