import { setTimeout as wait } from 'node:timers/promises'
import { LoadClient } from './load-client.ts'
import { closeAll, type Figures, inBatches, type Scenario } from './scenario.ts'

const STEPS = [0, 1000, 5000]
const HANDSHAKES_AT_ONCE = 16
const REST_MS = 1000

/** What a connection costs that says nothing. */
export const idleSessions: Scenario = {
  name: 'memory-idle-sessions',
  rounds: 1,
  async open(contender, target) {
    const clients: LoadClient[] = []
    return {
      async round() {
        const figures: Record<string, number> = {}
        let before = { sessions: 0, mebibytes: 0 }
        for (const sessions of STEPS) {
          const more = await inBatches(sessions - clients.length, HANDSHAKES_AT_ONCE, (index) =>
            LoadClient.open(target, { clientId: `load:${sessions}-${index}` }),
          )
          clients.push(...more)
          await wait(REST_MS)
          const mebibytes = contender.residentMiB()
          figures[`residentMiBAt${sessions}`] = mebibytes
          if (sessions > 0)
            figures[`kibibytesPerSessionTo${sessions}`] =
              ((mebibytes - before.mebibytes) * 1024) / (sessions - before.sessions)
          before = { sessions, mebibytes }
        }
        return figures satisfies Figures
      },
      [Symbol.asyncDispose]: () => closeAll(clients),
    }
  },
}
