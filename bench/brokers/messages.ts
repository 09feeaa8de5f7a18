import type { Contender } from './contender.ts'
import { Flow, Load } from './flow.ts'
import { LoadClient, type Target } from './load-client.ts'
import { closeAll, type Figures, inBatches, rate, type Scenario } from './scenario.ts'

const ROUND_MS = 2000
const PAYLOAD_BYTES = 64
const PAIRS = 4
// Of QoS 2, Mosquitto stops for ever at more than its own max_inflight_messages.
const WINDOWS = { 0: 500, 1: 100, 2: 32 }
const SUBSCRIBERS = 500
const PUBLISHERS = 50
const HANDSHAKES_AT_ONCE = 16

/** Several pairs, each on its own topic. */
export function oneToOne(qos: 0 | 1 | 2): Scenario {
  return {
    name: `one-to-one-qos-${qos}`,
    needsBroker: qos > 0,
    async open(contender, target) {
      const { clients, subscribers, load } = await openPairs(target, qos)
      return {
        round: () => rateOf(contender, load, subscribers),
        [Symbol.asyncDispose]: () => closeAll(clients),
      }
    },
  }
}

export async function openPairs(target: Target, qos: 0 | 1 | 2) {
  const load = new Load()
  const pairs = await inBatches(PAIRS, 1, async (index) => {
    const topic = `bench/pairs/${index}/telemetry`
    const onProgress = (): void => load.progress()
    const subscriber = await LoadClient.open(target, { clientId: `load:to-${index}`, onProgress })
    await subscriber.subscribe(topic, qos)
    const publisher = await LoadClient.open(target, { clientId: `load:from-${index}`, onProgress })
    const arrived = (): number =>
      qos === 0 ? subscriber.delivered : Math.min(subscriber.delivered, publisher.acknowledged)
    const window = WINDOWS[qos]
    load.add(new Flow(publisher, { topic, qos, payloadBytes: PAYLOAD_BYTES, window, arrived }))
    return { subscriber, publisher }
  })
  const subscribers = pairs.map(({ subscriber }) => subscriber)
  return { load, subscribers, clients: [...subscribers, ...pairs.map(({ publisher }) => publisher)] }
}

/** One publisher whom everybody hears. */
export const fanOut: Scenario = {
  name: 'fan-out-500-qos-0',
  async open(contender, target) {
    const topic = 'bench/news'
    const load = new Load()
    let delivered = 0
    const onProgress = (): void => load.progress()
    const onPublish = (): void => void delivered++
    const subscribers = await inBatches(SUBSCRIBERS, HANDSHAKES_AT_ONCE, async (index) => {
      const client = await LoadClient.open(target, { clientId: `load:to-${index}`, onProgress, onPublish })
      await client.subscribe(topic, 0)
      return client
    })
    const publisher = await LoadClient.open(target, { clientId: 'load:from' })
    const arrived = (): number => Math.floor(delivered / SUBSCRIBERS)
    load.add(new Flow(publisher, { topic, qos: 0, payloadBytes: PAYLOAD_BYTES, window: 40, arrived }))
    return {
      round: () => rateOf(contender, load, subscribers),
      [Symbol.asyncDispose]: () => closeAll([publisher, ...subscribers]),
    }
  },
}

/** Many publishers, each on its own topic, and one who hears them all. */
export const fanIn: Scenario = {
  name: 'fan-in-50-qos-0',
  async open(contender, target) {
    const load = new Load()
    const counts: number[] = new Array(PUBLISHERS).fill(0)
    const subscriber = await LoadClient.open(target, {
      clientId: 'load:to',
      onProgress: () => load.progress(),
      // "bench/many/" and two digits
      onPublish(bytes, body) {
        const index = Number(bytes.toString('latin1', body + 13, body + 15))
        counts[index] = (counts[index] ?? 0) + 1
      },
    })
    await subscriber.subscribe('bench/many/+', 0)
    const publishers = await inBatches(PUBLISHERS, HANDSHAKES_AT_ONCE, (index) =>
      LoadClient.open(target, { clientId: `load:from-${index}` }),
    )
    for (const [index, publisher] of publishers.entries()) {
      const topic = `bench/many/${String(index).padStart(2, '0')}`
      const arrived = (): number => counts[index] ?? 0
      load.add(new Flow(publisher, { topic, qos: 0, payloadBytes: PAYLOAD_BYTES, window: 40, arrived }))
    }
    return {
      round: () => rateOf(contender, load, [subscriber]),
      [Symbol.asyncDispose]: () => closeAll([subscriber, ...publishers]),
    }
  },
}

/** What arrives in a round of full windows. */
export function rateOf(contender: Contender, load: Load, subscribers: readonly LoadClient[]): Promise<Figures> {
  return rate('messages', contender, async () => {
    const before = deliveredTo(subscribers)
    await load.runFor(ROUND_MS)
    return deliveredTo(subscribers) - before
  })
}

function deliveredTo(subscribers: readonly LoadClient[]): number {
  return subscribers.reduce((sum, { delivered }) => sum + delivered, 0)
}
