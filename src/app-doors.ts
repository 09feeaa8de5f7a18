import type { Pki } from './app-pki.ts'
import type { Config } from './config.ts'
import { connectionLimits } from './config-limits.ts'
import { ConnectionLimits } from './edge/connection-limits.ts'
import type { DoorOptions } from './edge/mqtt-door.ts'
import type { OpenSockets } from './edge/open-sockets.ts'
import type { Logger } from './logger.ts'
import type { RecordRefusal } from './refusal.ts'

export interface DoorParts {
  readonly pki: Pki
  readonly sockets: OpenSockets
  readonly recordRefusal: RecordRefusal
  readonly logger: Logger
}

/** What all listeners share, the count of their connections above all. */
export function createDoorOptions(config: Config, { pki, sockets, recordRefusal, logger }: DoorParts): DoorOptions {
  const { limits, tls } = config
  return {
    key: pki.server.keyPem,
    certificateChain: pki.server.certificatePem,
    clientCa: pki.clientCa,
    sessionResumption: tls.session_resumption,
    handshakeSeconds: limits.handshake_seconds,
    limits: new ConnectionLimits(connectionLimits(config)),
    sockets,
    recordRefusal,
    logger,
  }
}
