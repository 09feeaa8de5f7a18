import type { ApiDependencies } from '../../src/api/dependencies.ts'
import type { SessionView } from '../../src/broker/session-list.ts'
import { DomainError } from '../../src/errors.ts'
import { FINGERPRINT } from './registry-double.ts'

type BrokerPorts = Pick<ApiDependencies, 'sessions' | 'bans' | 'publisher' | 'remoteCalls'>

/** A broker with one live and one stored session and a ban; it writes down what it is asked. */
export function createBrokerDouble(now: Date) {
  const calls: unknown[][] = []
  const live: SessionView = {
    clientId: 'device-001',
    identity: { kind: 'device', id: 'device-001', userId: 'user-1' },
    connection: {
      connectedAt: now,
      address: '192.0.2.7',
      surface: 'mqtts',
      protocolVersion: 4,
      keepAlive: 60,
      fingerprint: FINGERPRINT,
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
      willTopic: 'a/gone',
    },
    cleanSession: true,
    subscriptions: [{ topicFilter: 'a/#', qos: 1 }],
    queued: { messages: 2, bytes: 20 },
    inFlight: 1,
    messages: { received: 3, sent: 4 },
    expiresAt: undefined,
  }
  const stored: SessionView = {
    ...live,
    clientId: 'backend/1',
    identity: { kind: 'service', id: 'backend' },
    connection: undefined,
    cleanSession: false,
    expiresAt: now,
  }
  const ports: BrokerPorts = {
    sessions: {
      clientIds(query) {
        calls.push(['sessions.clientIds', query])
        return [live.clientId, stored.clientId]
      },
      get(clientId) {
        const found = [live, stored].find((session) => session.clientId === clientId)
        if (!found) throw new DomainError('session_not_found', `No session has the client id ${clientId}`)
        return found
      },
      disconnect: async (...request) => void calls.push(['sessions.disconnect', ...request]),
    },
    bans: {
      list: () => [
        { id: 'device:b', cause: 'flapping', holder: { kind: 'device', id: 'b' }, since: now, until: now },
        {
          id: 'client:a',
          cause: 'banned',
          holder: { kind: 'service', id: 's' },
          clientId: 'a',
          since: now,
          until: now,
        },
      ],
      lift: (id) => void calls.push(['bans.lift', id]),
    },
    remoteCalls: {
      async call({ signal: _, ...asked }) {
        calls.push(['remoteCalls.call', asked])
        return { id: '00000000-0000-4000-8000-000000000000', result: 'pong' }
      },
    },
    publisher: { publish: async (message) => void calls.push(['publish', message]), packetBytes: () => 1_048_576 },
  }
  return { ports, calls }
}
