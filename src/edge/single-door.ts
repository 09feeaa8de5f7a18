import type { Socket } from 'node:net'
import { createEntrance, type Entrant } from './entrance.ts'
import type { HttpDoorOptions } from './http-door.ts'
import type { MqttDoorOptions } from './mqtt-door.ts'
import { MQTT_CONNECT, readFirstByte, readOpening, TLS_HANDSHAKE } from './opening.ts'
import { resetSocket } from './reset-socket.ts'
import { createSecureServer, type SecureConnection } from './secure-server.ts'
import { HTTP_PROTOCOLS, MQTT_PROTOCOLS } from './tls-policy.ts'

export interface SingleDoorOptions extends HttpDoorOptions, MqttDoorOptions {
  readonly connectSeconds: number
}

/** What the listener of one port for everything calls for each socket: MQTTS, HTTPS and plain HTTP. */
export function createSingleDoor(options: SingleDoorOptions): (raw: Socket) => void {
  const { allow, http, connectSeconds, handshakeSeconds, recordRefusal, onConnection } = options
  const secure = createSecureServer({
    ...options,
    surface: 'mqtts',
    alpnProtocols: [...MQTT_PROTOCOLS, ...HTTP_PROTOCOLS],
    onConnection: (connection) => void sort(connection),
  })
  const enter = createEntrance({
    surface: 'mqtts',
    limits: options.limits,
    sockets: options.sockets,
    proxies: options.proxies,
    recordRefusal,
    openingSeconds: handshakeSeconds,
    silence: 'handshake_timeout',
    onEntrant: takeEntrant,
  })
  return (raw) => void enter(raw)

  function takeEntrant(entrant: Entrant): void {
    const { firstByte, address, raw } = entrant
    // MQTT without TLS is refused by TLS, which tells why.
    if (firstByte === TLS_HANDSHAKE || firstByte === MQTT_CONNECT) return secure.accept(entrant)
    if (isAllowed(address, 'http')) http.takePlain(entrant)
    else resetSocket(raw)
  }

  /** By ALPN; clients that offer none by what they say first. */
  async function sort(connection: SecureConnection): Promise<void> {
    const { alpnProtocol } = connection.socket
    const isMqtt = alpnProtocol ? MQTT_PROTOCOLS.includes(alpnProtocol) : await saysConnect(connection)
    if (isMqtt === undefined) return
    if (isMqtt) return onConnection(connection)
    if (isAllowed(connection.address, 'https')) http.takeSecure(connection)
    else connection.reset()
  }

  async function saysConnect({ socket, address }: SecureConnection): Promise<boolean | undefined> {
    const opening = await readOpening(socket, connectSeconds * 1000, readFirstByte)
    if (opening === 'silent') recordRefusal({ address, surface: 'mqtts', cause: 'connect_timeout' })
    return typeof opening === 'string' ? undefined : opening.value === MQTT_CONNECT
  }

  /** Who may reach the API; devices may come from anywhere. */
  function isAllowed(address: string, surface: 'http' | 'https'): boolean {
    if (!allow || allow.has(address)) return true
    recordRefusal({ address, surface, cause: 'address_not_allowed', expected: allow.text })
    return false
  }
}
