import { createHash, randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { Connection, type IncomingConnection, type Session } from '../../src/broker/connection.ts'
import type { Peer } from '../../src/peer-identity.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import type { ConnectAdmission } from '../../src/registry/connect-admission.ts'
import type { Identity } from '../../src/registry/identity.ts'
import { type DuplexClient, openDuplexClient } from '../support/duplex-client.ts'

/** Somebody the registry knows, with what it shows when it connects. */
export interface Party {
  readonly identity: Identity
  readonly certificate: Certificate
  readonly peer: Peer
}

/** Each call makes a certificate of its own: a party that is made twice has been rotated. */
export function createParty(id: string, kind: 'device' | 'service' = 'device'): Party {
  const identity = { kind, id, userId: kind === 'device' ? 'test-user' : undefined }
  const serialNumber = randomUUID().replaceAll('-', '').toUpperCase()
  const fingerprint = createHash('sha256').update(serialNumber).digest('hex').toUpperCase()
  const dates = { notBefore: new Date(0), notAfter: new Date(1e13) }
  return {
    identity,
    certificate: {
      id: randomUUID(),
      kind,
      subjectId: id,
      fingerprint,
      serialNumber,
      pem: '',
      ...dates,
      createdAt: new Date(0),
      firstSeenAt: undefined,
      retiresAt: undefined,
      revokedAt: undefined,
      revocationReason: undefined,
    },
    peer: {
      certificate: {
        fingerprint,
        commonNames: [id],
        subject: `CN=${id}`,
        issuer: 'CN=Signet',
        serialNumber,
        ...dates,
      },
      chain: 'trusted',
    },
  }
}

export function createSession({ identity, certificate }: Party, session: Partial<Session> = {}): Session {
  const credentials = [certificate.fingerprint]
  const packet = { clientId: identity.id, cleanSession: true, protocolVersion: 4, keepAlive: 60 } as const
  return { identity, certificate, credentials, ...packet, connectedAt: new Date(0), ...session }
}

/** A registry that knows these parties by their certificates. */
export function admitting(...parties: readonly Party[]): (peer: Peer) => ConnectAdmission {
  return (peer) => {
    const known = parties.find(({ certificate }) => certificate.fingerprint === peer.certificate?.fingerprint)
    if (known) {
      const { identity, certificate } = known
      return { admitted: true, identity, certificate, credentials: [certificate.fingerprint] }
    }
    return { admitted: false, cause: peer.certificate ? 'certificate_unknown' : 'certificate_missing', presented: {} }
  }
}

/** What the edge would hand on; tells whether it was marked open and how often it was reset. */
export interface IncomingDouble extends IncomingConnection {
  readonly isOpen: boolean
  readonly resets: number
}

export function createIncoming(socket: Duplex, peer: Peer = {}, address = '192.0.2.1'): IncomingDouble {
  let isOpen = false
  let resets = 0
  return {
    socket,
    address,
    peer,
    markOpen() {
      isOpen = true
    },
    reset() {
      resets++
      // As at the edge: what the raw socket under it does in this tick, the socket hears of in the next.
      setImmediate(() => socket.destroy())
    },
    get isOpen() {
      return isOpen
    },
    get resets() {
      return resets
    },
  }
}

export interface OpenedConnection {
  readonly connection: Connection
  readonly incoming: IncomingDouble
  readonly client: DuplexClient
}

/** A connection that has done its handshake. */
export function openConnection(peer: Peer = {}): OpenedConnection {
  const client = openDuplexClient()
  const incoming = createIncoming(client.hubEnd, peer)
  return { connection: new Connection(incoming, 'mqtts'), incoming, client }
}
