import type { IConnectPacket } from 'mqtt-packet'
import { openAedesEngine } from '../../../src/broker/aedes/engine.ts'
import type { Connection } from '../../../src/broker/connection.ts'
import { createLogger } from '../../../src/logger.ts'
import { createAccessPolicy } from '../../../src/registry/access-policy.ts'
import { DEVICE_POLICY, type Policy } from '../../../src/registry/policy.ts'
import type { DuplexClient } from '../../support/duplex-client.ts'
import { LogSink } from '../../support/log-sink.ts'
import { connectFrame } from '../connect-frame.ts'
import { createParty, createSession, openConnection, type Party } from '../parties.ts'
import { createRecorder } from '../recorder.ts'

export const OWN = 'users/test-user/devices/device-001'

/** A policy that allows both directions on these filters. */
export function allowing(...topicFilters: readonly string[]): Policy {
  const rules = topicFilters.map(
    (topicFilter) => ({ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter }) as const,
  )
  return { name: 'allowing', rules, clientId: 'own' }
}

export interface ServedClient extends DuplexClient {
  readonly connection: Connection
}

/** An engine with the real gatekeeper and policies, whose clients are the other ends of streams in memory. */
export async function openServedEngine(limits: { readonly packetBytes?: number; readonly topicLevels?: number } = {}) {
  const policies = new Map<string, readonly Policy[]>()
  const recorder = createRecorder()
  const engine = await openAedesEngine({
    access: { policyOf: (identity) => createAccessPolicy(identity, policies.get(identity.id) ?? [DEVICE_POLICY]) },
    recordRefusal: recorder.recordRefusal,
    logger: createLogger({ level: 'debug', format: 'json', stream: new LogSink() }),
    limits: { packetBytes: 1_048_576, connectSeconds: 10, topicLevels: 32, ...limits },
  })

  /** Says CONNECT, and whatever is piped behind it, as one whose CONNECT the broker has accepted. */
  function say(party: Party, packet: Partial<IConnectPacket> = {}, behind: Buffer = Buffer.alloc(0)): ServedClient {
    const { connection, client } = openConnection(party.peer)
    const { clientId = party.identity.id, clean = true } = packet
    connection.open(createSession(party, { clientId, cleanSession: clean }))
    engine.serve(connection, Buffer.concat([connectFrame({ clientId, ...packet }), behind]))
    return { ...client, connection }
  }

  return {
    ...engine,
    recorder,
    say,
    async connect(party: Party, packet: Partial<IConnectPacket> = {}) {
      const client = say(party, packet)
      const connack = await client.next('connack')
      return { ...client, connack }
    },
    /** A back end that sees and says everything. */
    async connectBackend(clean = true) {
      const party = createParty('backend', 'service')
      policies.set('backend', [allowing('#')])
      const client = say(party, { clean })
      await client.next('connack')
      return client
    },
    setPolicies: (id: string, ...attached: readonly Policy[]) => void policies.set(id, attached),
    [Symbol.asyncDispose]: () => engine.close(),
  }
}
