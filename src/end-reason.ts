/** Why a certificate was revoked: RFC 5280 §5.3.1, without the reasons that belong to delta CRLs or to other kinds of issuer. */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'privilegeWithdrawn'

/** Why a connection ended, in EMQX 5's words as far as it has them. */
export type DisconnectReason =
  | 'normal'
  | 'kicked'
  | 'keepalive_timeout'
  | 'discarded'
  | 'takenover'
  | 'tcp_closed'
  | 'ssl_closed'
  | 'not_reading'
  | 'protocol_error'
  | 'internal_error'

/** What the hub ends a connection for, as it stands in log and diary. */
export type CutReason =
  | 'banned'
  | 'client ids changed'
  | 'device removed or given to another user'
  | 'device suspended'
  | 'hub stopped'
  | 'import undone'
  | 'its credential has expired'
  | 'its client id was registered as another identity'
  | 'its policy could not be read'
  | 'legacy password removed'
  | 'legacy password replaced'
  | 'service removed or given to another user'
  | 'service suspended'
  | 'the CA of the certificate is no longer trusted'
  | 'token revoked'
  | 'what it has shown does not suffice any more'
  | `certificate revoked: ${RevocationReason}`
