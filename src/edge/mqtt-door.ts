import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Logger } from '../logger.ts'
import type { RecordRefusal } from '../refusal.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { createEntrance } from './entrance.ts'
import type { OpenSockets } from './open-sockets.ts'
import { createSecureServer, type SecureConnection } from './secure-server.ts'

/** What every door of the hub has: its certificate, and how many it lets in. */
export interface DoorOptions {
  readonly key: string
  /** The leaf first, then what leads to the root. */
  readonly certificateChain: string
  /** Who signs the certificates of clients: they are asked for one. */
  readonly clientCa: readonly X509Certificate[]
  readonly sessionResumption: boolean
  readonly handshakeSeconds: number
  readonly limits: ConnectionLimits
  readonly sockets: OpenSockets
  readonly recordRefusal: RecordRefusal
  readonly logger: Pick<Logger, 'debug' | 'isLevelEnabled'>
}

export interface MqttDoorOptions extends DoorOptions {
  /** Called in the tick of the handshake. */
  readonly onConnection: (connection: SecureConnection) => void
}

/** What the MQTTS listener calls for each socket: mutual TLS, judged and handed on. */
export function createMqttDoor(options: MqttDoorOptions): (raw: Socket) => void {
  const { limits, sockets, recordRefusal } = options
  const secure = createSecureServer({ ...options, surface: 'mqtts' })
  const enter = createEntrance({ surface: 'mqtts', limits, sockets, recordRefusal, onEntrant: secure.accept })
  return (raw) => void enter(raw)
}
