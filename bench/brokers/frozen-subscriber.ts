import { LoadClient } from './load-client.ts'
import { openPairs, rateOf } from './messages.ts'
import { closeAll, type Scenario } from './scenario.ts'

/** Somebody who hears everything and reads nothing: what the others keep of their throughput. */
export const frozenSubscriber: Scenario = {
  name: 'beside-a-frozen-subscriber',
  alone: true,
  async open(contender, target) {
    const { clients, subscribers, load } = await openPairs(target, 0)
    return {
      async round() {
        const undisturbed = await rateOf(contender, load, subscribers)
        const frozen = await LoadClient.open(target, { clientId: 'load:frozen' })
        await frozen.subscribe('bench/pairs/#', 0)
        frozen.socket.pause()
        const disturbed = await rateOf(contender, load, subscribers)
        frozen.socket.destroy()
        const [before = 0, beside = 0] = [undisturbed, disturbed].map((figures) => figures['messagesPerSecond'])
        return { undisturbedMessagesPerSecond: before, messagesPerSecond: beside, share: beside / before }
      },
      [Symbol.asyncDispose]: () => closeAll(clients),
    }
  },
}
