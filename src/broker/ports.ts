import type { Peer } from '../peer-identity.ts'
import type { AccessPolicy } from '../registry/access-policy.ts'
import type { ClientIdClaim } from '../registry/client-id.ts'
import type { Arrival, ConnectAdmission } from '../registry/connect-admission.ts'
import type { Grant } from '../registry/grant.ts'
import type { Identity } from '../registry/identity.ts'

/** Whether a peer is one of ours; asked at the handshake and again at every CONNECT. */
export interface PeerDirectory {
  admit(peer: Peer, arrival: Arrival): ConnectAdmission
  /** Who connected with this credential; none once it is revoked, or its holder suspended or gone. */
  identityOf(credential: string): Identity | undefined
  /** Told once a CONNECT was accepted. */
  noteConnection(grant: Grant, address: string): void
}

export interface ClientIdRule {
  claim(identity: Identity, clientId: string): ClientIdClaim
}

export interface AccessRules {
  policyOf(identity: Identity): Pick<AccessPolicy, 'mayPublish' | 'maySubscribe' | 'mayReceive' | 'anyClientId'>
}
