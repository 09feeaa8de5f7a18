import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { linkProgram, startKillableHub } from './hub-process.ts'
import { LedgerPublisher } from './ledger-publisher.ts'
import { LedgerSubscriber } from './ledger-subscriber.ts'
import type { HubAddress } from './raw-client.ts'
import { startTestHub } from './test-hub.ts'

export interface LedgerOptions {
  readonly folder: string
  readonly kills: number
  readonly publishers: number
  /** Unacknowledged messages of each publisher. */
  readonly window: number
  /** Acknowledgements between two kills, at least and at most. */
  readonly acknowledgements: readonly [least: number, most: number]
}

export interface LedgerReport {
  readonly acknowledged: number
  readonly lost: number
  /** Of QoS 2. */
  readonly duplicates: number
  readonly outOfOrder: number
  /** CONNECTs of stored sessions that were told of none. */
  readonly sessionsLost: number
  readonly integrity: unknown
}

// Only a bound may lose what was acknowledged: here none is to be met.
const ROOMY = { SIGNET_LIMITS__QUEUE_MESSAGES: '100000000', SIGNET_LIMITS__QUEUE_BYTES: '100GiB' }

/** Kills a hub again and again while clients publish to it, and compares what was acknowledged with what arrived. */
export async function keepLedger(options: LedgerOptions): Promise<LedgerReport> {
  const { folder, kills, acknowledgements } = options
  const { ca, publishers, online, offline } = await enrol(options)
  let sessionsLost = 0
  for (let round = 0; round <= kills; round++) {
    await using hub = await startKillableHub(folder, ROOMY)
    const address = { hub, ca }
    if (round === 0) await subscribeAll(address, online, offline)
    const isPresent = await online.connect(address)
    if (!isPresent) sessionsLost++
    if (round === kills) {
      await finish(address, publishers, online, offline)
      break
    }
    const [least, most] = acknowledgements
    await publishUntil(address, publishers, least + Math.floor(Math.random() * (most - least)))
    await hub.program.stop('SIGKILL')
  }
  const reports = [online, offline].flatMap((subscriber) =>
    publishers.map((publisher) => compare(publisher, subscriber)),
  )
  return { ...sum(reports), acknowledged: acknowledgedBy(publishers), sessionsLost, integrity: checkIntegrity(folder) }
}

async function enrol({ folder, publishers, window }: LedgerOptions) {
  await using hub = await startTestHub({ folder })
  const publish = Array.from({ length: publishers }, async (_, index) => {
    const name = `publisher-${index}`
    return new LedgerPublisher(name, await hub.enrolService(name, ['ledger/#']), window)
  })
  const subscribe = ['online', 'offline'].map(
    async (name) => new LedgerSubscriber(name, await hub.enrolService(name, ['ledger/#'])),
  )
  const [online, offline] = await Promise.all(subscribe)
  if (!online || !offline) throw new Error('Two subscribers were to be enrolled')
  const enrolled = { ca: hub.ca, publishers: await Promise.all(publish), online, offline }
  await linkProgram(folder)
  return enrolled
}

async function subscribeAll(address: HubAddress, ...subscribers: readonly LedgerSubscriber[]): Promise<void> {
  for (const subscriber of subscribers) {
    await subscriber.connect(address)
    await subscriber.subscribe()
    subscriber.disconnect()
  }
}

async function publishUntil(address: HubAddress, publishers: readonly LedgerPublisher[], more: number): Promise<void> {
  const wanted = acknowledgedBy(publishers) + more
  await progress(publishers, address, () => acknowledgedBy(publishers) >= wanted)
}

function progress(
  publishers: readonly LedgerPublisher[],
  address: HubAddress,
  isReached: () => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (isReached()) resolve()
    }
    Promise.all(publishers.map((publisher) => publisher.connect(address, check))).then(check, reject)
  })
}

/** All that is unacknowledged is sent again; then each subscriber takes what is owed to it. */
async function finish(
  address: HubAddress,
  publishers: readonly LedgerPublisher[],
  online: LedgerSubscriber,
  offline: LedgerSubscriber,
): Promise<void> {
  for (const publisher of publishers) publisher.stop()
  await progress(publishers, address, () => publishers.every(({ isIdle }) => isIdle))
  for (const subscriber of [online, offline]) {
    subscriber.disconnect()
    const last = publishers.flatMap(lastMessages)
    const isWhole = (): boolean => last.every(({ topic, sequence }) => subscriber.isPast(topic, sequence))
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (isWhole()) resolve()
      }
      subscriber.connect(address, check).then(check, reject)
    })
    subscriber.disconnect()
  }
  for (const publisher of publishers) publisher.disconnect()
}

interface LastMessage {
  readonly topic: string
  readonly sequence: number
}

function lastMessages({ name, acknowledged }: LedgerPublisher): readonly LastMessage[] {
  return ([1, 2] as const).flatMap((qos) => {
    const sequence = acknowledged[qos].reduce((most, one) => Math.max(most, one), 0)
    return sequence === 0 ? [] : [{ topic: `ledger/${name}/${qos}`, sequence }]
  })
}

type Findings = Pick<LedgerReport, 'lost' | 'duplicates' | 'outOfOrder'>

function compare(publisher: LedgerPublisher, subscriber: LedgerSubscriber): Findings {
  const findings = ([1, 2] as const).map((qos) => {
    const received = subscriber.received.get(`ledger/${publisher.name}/${qos}`) ?? []
    // Of QoS 1 a message may come again; its first coming counts.
    const known = new Set(received)
    const firsts = [...known]
    const lost = publisher.acknowledged[qos].filter((sequence) => !known.has(sequence)).length
    const outOfOrder = firsts.filter((sequence, index) => sequence < (firsts[index - 1] ?? 0)).length
    return { lost, outOfOrder, duplicates: qos === 2 ? received.length - firsts.length : 0 }
  })
  return sum(findings)
}

function sum(findings: readonly Findings[]): Findings {
  const total = (name: keyof Findings): number => findings.reduce((all, finding) => all + finding[name], 0)
  return { lost: total('lost'), duplicates: total('duplicates'), outOfOrder: total('outOfOrder') }
}

function acknowledgedBy(publishers: readonly LedgerPublisher[]): number {
  return publishers.reduce((all, { acknowledgements }) => all + acknowledgements, 0)
}

function checkIntegrity(folder: string): unknown {
  const sqlite = new SQLite(join(folder, 'data', 'mqtt.db'))
  try {
    return sqlite.pragma('integrity_check', { simple: true })
  } finally {
    sqlite.close()
  }
}
