import { LoadClient, type Target } from './load-client.ts'
import { inBatches, rate, type Scenario } from './scenario.ts'

const CONNECTS = 600
const CONCURRENCY = 8

/** Handshake with both certificates, CONNECT and CONNACK. */
export const fullConnects: Scenario = {
  name: 'connects-full',
  async open(contender, target) {
    return {
      round: () => rate('connects', contender, () => connectAll(target)),
      async [Symbol.asyncDispose]() {},
    }
  },
}

/** The same with a session ticket. */
export const resumedConnects: Scenario = {
  name: 'connects-resumed',
  async open(contender, target) {
    const session = await takeTicket(target)
    return {
      round: () => rate('connects', contender, () => connectAll(target, session)),
      async [Symbol.asyncDispose]() {},
    }
  },
}

async function connectAll(target: Target, session?: Buffer): Promise<number> {
  await inBatches(CONNECTS, CONCURRENCY, async (index) => {
    const client = await LoadClient.open(target, { clientId: `load:${index}`, ...(session ? { session } : {}) })
    if (client.socket.isSessionReused() !== (session !== undefined)) throw new Error('another kind of handshake')
    await client.close()
  })
  return CONNECTS
}

async function takeTicket(target: Target): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const client = await LoadClient.open(target, { clientId: 'load:ticket', onSession: resolve })
  const session = await promise
  await client.close()
  return session
}
