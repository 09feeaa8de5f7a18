import type { Peer } from '../peer-identity.ts'
import type { AccessPolicy } from '../registry/access-policy.ts'
import type { Admission } from '../registry/admission.ts'
import type { Certificate } from '../registry/certificate.ts'
import type { ClientIdClaim } from '../registry/client-id.ts'
import type { Identity } from '../registry/identity.ts'

/** Whether a peer is one of ours; asked at the handshake and again at every CONNECT. */
export interface PeerDirectory {
  admit(peer: Peer): Admission
  /** Who connected with this certificate; none once it is revoked, or its holder suspended or gone. */
  identityOf(fingerprint: string): Identity | undefined
  /** Told once a CONNECT was accepted. */
  noteConnection(certificate: Certificate): void
}

export interface ClientIdRule {
  claim(identity: Identity, clientId: string): ClientIdClaim
}

export interface AccessRules {
  policyOf(identity: Identity): Pick<AccessPolicy, 'mayPublish' | 'maySubscribe' | 'mayReceive' | 'anyClientId'>
}
