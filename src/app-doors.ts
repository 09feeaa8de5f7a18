import type { Ocsp } from './app-ocsp.ts'
import type { Pki } from './app-pki.ts'
import type { Config } from './config.ts'
import { connectionLimits } from './config-limits.ts'
import { ConnectionLimits } from './edge/connection-limits.ts'
import type { DoorOptions } from './edge/mqtt-door.ts'
import { createNetworks } from './edge/networks.ts'
import type { OpenSockets } from './edge/open-sockets.ts'
import type { Logger } from './logger.ts'
import type { RecordRefusal } from './refusal.ts'

export interface DoorParts {
  readonly pki: Pki
  readonly ocsp: Pick<Ocsp, 'staple'>
  readonly sockets: OpenSockets
  readonly recordRefusal: RecordRefusal
  readonly logger: Logger
  readonly timings: { readonly handshake: (seconds: number) => void }
}

/** What all listeners share, the certificate that each shows left aside: the count of their connections above all. */
export function createDoorOptions(
  config: Config,
  { pki, ocsp, sockets, recordRefusal, logger, timings }: DoorParts,
): Omit<DoorOptions, 'served'> {
  const { limits, tls } = config
  return {
    staple: ocsp.staple,
    clientTrust: pki.clientTrust,
    sessionResumption: tls.session_resumption,
    handshakeSeconds: limits.handshake_seconds,
    limits: new ConnectionLimits(connectionLimits(config)),
    sockets,
    proxies: createNetworks(config.server.proxy_protocol_from),
    recordRefusal,
    logger,
    onHandshake: timings.handshake,
  }
}
