import type { Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Peer } from '../peer-identity.ts'
import { readAddress } from './address.ts'
import { createEntrance, type EntranceOptions } from './entrance.ts'
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

export interface PlainMqttDoorOptions extends Pick<EntranceOptions, 'limits' | 'sockets' | 'recordRefusal'> {
  /** Addresses and networks that may come; none: this machine alone. */
  readonly allow: readonly string[]
  readonly onConnection: (connection: PlainConnection) => void
}

const THIS_MACHINE = ['127.0.0.0/8', '::1/128']

/** What the listener for old devices calls for each socket: MQTT without TLS, from the networks that were named. */
export function createPlainMqttDoor({ allow, onConnection, ...options }: PlainMqttDoorOptions): (raw: Socket) => void {
  const allowed = allow.length > 0 ? allow : THIS_MACHINE
  const networks = allowed.map(readNetwork)
  const enter = createEntrance({
    ...options,
    surface: 'mqtt',
    onEntrant: ({ raw, address, markOpen }) =>
      onConnection({ socket: raw, address, peer: {}, markOpen, reset: () => resetSocket(raw) }),
  })
  return (raw) => {
    const address = readAddress(raw)
    if (networks.some((network) => isInside(address, network))) return void enter(raw)
    options.recordRefusal({ address, surface: 'mqtt', cause: 'address_not_allowed', expected: allowed.join(', ') })
    raw.on('error', () => raw.destroy())
    raw.resetAndDestroy()
  }
}

type Network = ReturnType<typeof ipaddr.parseCIDR>

function readNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  return ipaddr.parseCIDR(`${text}/${text.includes(':') ? 128 : 32}`)
}

function isInside(text: string, [network, prefix]: Network): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  return address.kind() === network.kind() && address.match(network, prefix)
}
