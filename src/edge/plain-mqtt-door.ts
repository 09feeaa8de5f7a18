import type { Socket } from 'node:net'
import type { Peer } from '../peer-identity.ts'
import { createEntrance, type EntranceOptions } from './entrance.ts'
import { createNetworks } from './networks.ts'
import { resetSocket } from './reset-socket.ts'

/** A connection in the clear: nobody has shown anything yet. */
export interface PlainConnection {
  readonly socket: Socket
  readonly address: string
  readonly peer: Peer
  markOpen(): void
  /** Closes at once; what the kernel has not sent yet is thrown away. */
  reset(): void
}

export interface PlainMqttDoorOptions
  extends Pick<EntranceOptions, 'limits' | 'sockets' | 'recordRefusal' | 'proxies'> {
  /** Addresses and networks that may come; none: this machine alone. */
  readonly allow: readonly string[]
  readonly connectSeconds: number
  readonly onConnection: (connection: PlainConnection) => void
}

const THIS_MACHINE = ['127.0.0.0/8', '::1/128']

/** What the listener for old devices calls for each socket: MQTT without TLS, from the networks that were named. */
export function createPlainMqttDoor(options: PlainMqttDoorOptions): (raw: Socket) => void {
  const { allow, connectSeconds, onConnection, ...shared } = options
  const enter = createEntrance({
    ...shared,
    surface: 'mqtt',
    allow: createNetworks(allow.length > 0 ? allow : THIS_MACHINE),
    openingSeconds: connectSeconds,
    silence: 'connect_timeout',
    onEntrant: ({ raw, address, markOpen }) =>
      onConnection({ socket: raw, address, peer: {}, markOpen, reset: () => resetSocket(raw) }),
  })
  return (raw) => void enter(raw)
}
