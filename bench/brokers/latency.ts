import { setImmediate as nextTurn } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { summarize } from '../statistics.ts'
import type { Contender } from './contender.ts'
import { LoadClient } from './load-client.ts'
import { closeAll, type Figures, type Scenario } from './scenario.ts'

const MESSAGES_PER_SECOND = 3000
const SECONDS = 3
const TOPIC = 'bench/clock'

/** From the publisher's write to the subscriber's read, at a pace that neither broker has trouble with. */
export const latency: Scenario = {
  name: 'latency-3000-per-second',
  async open(contender, target) {
    let samples: number[] = []
    const subscriber = await LoadClient.open(target, {
      clientId: 'load:to',
      onPublish(bytes, _body, end) {
        samples.push((performance.now() - bytes.readDoubleBE(end - 8)) * 1000)
      },
    })
    await subscriber.subscribe(TOPIC, 0)
    const publisher = await LoadClient.open(target, { clientId: 'load:from' })
    return {
      async round() {
        samples = []
        const cpu = contender.cpuSeconds()
        const count = await pace(publisher)
        while (samples.length < count) await nextTurn()
        return figuresOf(samples, contender, cpu)
      },
      [Symbol.asyncDispose]: () => closeAll([subscriber, publisher]),
    }
  },
}

/** Turns without rest: a timer's millisecond is three messages. */
async function pace(publisher: LoadClient): Promise<number> {
  const begin = performance.now()
  const count = MESSAGES_PER_SECOND * SECONDS
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, ((performance.now() - begin) / 1000) * MESSAGES_PER_SECOND)
    for (; sent < due; sent++) publisher.socket.write(stampedPublish())
    await nextTurn()
  }
  return count
}

function stampedPublish(): Buffer {
  const payload = Buffer.alloc(64)
  payload.writeDoubleBE(performance.now(), payload.length - 8)
  return generate({ cmd: 'publish', topic: TOPIC, payload, qos: 0, dup: false, retain: false })
}

function figuresOf(samples: readonly number[], contender: Contender, cpu: number): Figures {
  const { p50, p99 } = summarize(samples)
  return {
    p50Microseconds: p50,
    p99Microseconds: p99,
    cpuPercent: ((contender.cpuSeconds() - cpu) / SECONDS) * 100,
  }
}
