import { Flow, Load } from './flow.ts'
import { LoadClient, type Target } from './load-client.ts'
import { closeAll, inBatches, rate, type Scenario } from './scenario.ts'

const PUBLISHERS = 4
const MESSAGES_EACH = 8000
const MESSAGES = PUBLISHERS * MESSAGES_EACH
const CLIENT_ID = 'load:away'

/** QoS 1 to somebody who is away: the hub commits each message before its PUBACK; then all of it when he is back. */
export const offlineSession: Scenario = {
  name: 'offline-session-qos-1',
  needsBroker: true,
  async open(contender, target) {
    const subscriber = await LoadClient.open(target, { clientId: CLIENT_ID, clean: false })
    await subscriber.subscribe('bench/away/#', 1)
    await subscriber.close()
    const load = new Load()
    const publishers = await inBatches(PUBLISHERS, 1, (index) =>
      LoadClient.open(target, { clientId: `load:from-${index}`, onProgress: () => load.progress() }),
    )
    for (const [index, publisher] of publishers.entries()) {
      const arrived = (): number => publisher.acknowledged
      load.add(new Flow(publisher, { topic: `bench/away/${index}`, qos: 1, payloadBytes: 64, window: 100, arrived }))
    }
    return {
      async round() {
        const queued = await rate('queued', contender, async () => {
          await load.run(MESSAGES_EACH)
          return MESSAGES
        })
        return { ...queued, ...(await rate('drained', contender, () => drain(target))) }
      },
      [Symbol.asyncDispose]: () => closeAll(publishers),
    }
  },
}

async function drain(target: Target): Promise<number> {
  const { promise: all, resolve } = Promise.withResolvers<void>()
  let messages = 0
  const subscriber = await LoadClient.open(target, {
    clientId: CLIENT_ID,
    clean: false,
    onPublish: () => void messages++,
    onProgress: () => {
      if (messages >= MESSAGES) resolve()
    },
  })
  await all
  await subscriber.close()
  return messages
}
