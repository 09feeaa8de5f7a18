import { LoadClient } from './load-client.ts'
import { openPairs, rateOf } from './messages.ts'
import { closeAll, type Figures, type Scenario } from './scenario.ts'

/** Somebody who hears everything and reads nothing: what the others keep of their throughput. */
export const frozenSubscriber: Scenario = {
  name: 'beside-a-frozen-subscriber',
  alone: true,
  async open(contender, target) {
    const { clients, subscribers, load } = await openPairs(target, 0)
    return {
      async round() {
        const before = await rateOf(contender, load, subscribers)
        const frozen = await LoadClient.open(target, { clientId: 'load:frozen' })
        await frozen.subscribe('bench/pairs/#', 0)
        frozen.socket.pause()
        const disturbed = await rateOf(contender, load, subscribers)
        frozen.socket.destroy()
        const after = await rateOf(contender, load, subscribers)
        // On both sides of it: a shared machine is quicker at one time than at another.
        const undisturbed = (messagesPerSecond(before) + messagesPerSecond(after)) / 2
        return {
          undisturbedMessagesPerSecond: undisturbed,
          messagesPerSecond: messagesPerSecond(disturbed),
          share: messagesPerSecond(disturbed) / undisturbed,
        }
      },
      [Symbol.asyncDispose]: () => closeAll(clients),
    }
  },
}

function messagesPerSecond({ messagesPerSecond: rate = Number.NaN }: Figures): number {
  return rate
}
