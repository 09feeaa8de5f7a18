import { LoadClient, type Target } from './load-client.ts'
import { rate, type Scenario, targetOf } from './scenario.ts'

const CONNECTS = 400

/** Handshake with both certificates, CONNECT under the identity's own id, and CONNACK. */
export const fullConnects: Scenario = {
  name: 'connects-full',
  async open(contender, _target, identities) {
    const clients = identities.map((identity) => ({ clientId: identity.name, target: targetOf(contender, identity) }))
    return {
      round: () => rate('connects', contender, () => connectAll(clients)),
      async [Symbol.asyncDispose]() {},
    }
  },
}

/** The same with a session ticket. */
export const resumedConnects: Scenario = {
  name: 'connects-resumed',
  async open(contender, _target, identities) {
    const clients = await Promise.all(
      identities.map(async (identity) => {
        const target = targetOf(contender, identity)
        return { clientId: identity.name, target, session: await takeTicket(target, identity.name) }
      }),
    )
    return {
      round: () => rate('connects', contender, () => connectAll(clients)),
      async [Symbol.asyncDispose]() {},
    }
  },
}

interface Connecting {
  readonly clientId: string
  readonly target: Target
  readonly session?: Buffer
}

/** Each comes again as soon as it has left. */
async function connectAll(clients: readonly Connecting[]): Promise<number> {
  await Promise.all(
    clients.map(async ({ target, ...options }) => {
      for (let count = 0; count < CONNECTS / clients.length; count++) {
        const client = await LoadClient.open(target, options)
        if (client.socket.isSessionReused() !== (options.session !== undefined))
          throw new Error('another kind of handshake')
        await client.close()
      }
    }),
  )
  return CONNECTS
}

async function takeTicket(target: Target, clientId: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  const client = await LoadClient.open(target, { clientId, onSession: resolve })
  const session = await promise
  await client.close()
  return session
}
