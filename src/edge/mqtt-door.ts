import type { Socket } from 'node:net'
import type { Logger } from '../logger.ts'
import type { RecordRefusal } from '../refusal.ts'
import type { ClientTrust } from './client-trust.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { createEntrance } from './entrance.ts'
import type { Networks } from './networks.ts'
import type { OpenSockets } from './open-sockets.ts'
import { createSecureServer, type SecureConnection } from './secure-server.ts'
import type { ServedCertificate } from './served-certificate.ts'
import type { Staple } from './stapling.ts'
import { MQTT_PROTOCOLS } from './tls-policy.ts'

/** What every door of the hub has: its certificate, and how many it lets in. */
export interface DoorOptions {
  readonly served: ServedCertificate
  /** What goes with it to clients that ask for its status; none: nothing. */
  readonly staple?: Staple
  /** Who signs the certificates of clients: they are asked for one. */
  readonly clientTrust: ClientTrust
  readonly sessionResumption: boolean
  readonly handshakeSeconds: number
  readonly limits: ConnectionLimits
  readonly sockets: OpenSockets
  /** They, and nobody else, say by the PROXY protocol for whom they speak. */
  readonly proxies: Networks
  readonly recordRefusal: RecordRefusal
  readonly logger: Pick<Logger, 'debug' | 'isLevelEnabled'>
  readonly onHandshake?: (seconds: number) => void
}

export interface MqttDoorOptions extends DoorOptions {
  /** Called in the tick of the handshake. */
  readonly onConnection: (connection: SecureConnection) => void
}

/** What the MQTTS listener calls for each socket: mutual TLS, judged and handed on. */
export function createMqttDoor(options: MqttDoorOptions): (raw: Socket) => void {
  const { proxies } = options
  let suspect: string | undefined
  const recordRefusal: RecordRefusal = (refusal) => {
    if (refusal.cause === 'tls_missing') suspect = refusal.address
    options.recordRefusal(refusal)
  }
  const secure = createSecureServer({ ...options, recordRefusal, surface: 'mqtts', alpnProtocols: MQTT_PROTOCOLS })
  const enter = createEntrance({
    ...options,
    // A fifteenth of the time of a resumed connection: spent where a proxy is expected, or on who last came without TLS.
    isReadFirst: (address) => proxies.text !== '' || address === suspect,
    surface: 'mqtts',
    openingSeconds: options.handshakeSeconds,
    silence: 'handshake_timeout',
    onEntrant: secure.accept,
  })
  return (raw) => void enter(raw)
}
