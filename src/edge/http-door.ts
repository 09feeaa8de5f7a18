import type { Socket } from 'node:net'
import { createEntrance, type EntranceOptions } from './entrance.ts'
import type { HttpSockets } from './http-sockets.ts'
import type { DoorOptions } from './mqtt-door.ts'
import { TLS_HANDSHAKE } from './opening.ts'
import { createSecureServer } from './secure-server.ts'
import { HTTP_PROTOCOLS } from './tls-policy.ts'

export interface HttpDoorOptions extends DoorOptions, Pick<EntranceOptions, 'allow'> {
  readonly http: HttpSockets
}

/** What the API's listener calls for each socket: HTTPS and plain HTTP on one port, told apart by the first byte. */
export function createHttpDoor(options: HttpDoorOptions): (raw: Socket) => void {
  const { http, handshakeSeconds } = options
  const secure = createSecureServer({
    ...options,
    surface: 'https',
    alpnProtocols: HTTP_PROTOCOLS,
    onConnection: http.takeSecure,
  })
  const enter = createEntrance({
    ...options,
    surface: 'https',
    openingSeconds: handshakeSeconds,
    onEntrant: (entrant) => (entrant.firstByte === TLS_HANDSHAKE ? secure.accept(entrant) : http.takePlain(entrant)),
  })
  return (raw) => void enter(raw)
}

/** What the listener of redirects calls for each socket: plain HTTP and nothing else. */
export function createPlainHttpDoor(
  options: Pick<HttpDoorOptions, 'http' | 'limits' | 'sockets' | 'proxies' | 'recordRefusal' | 'handshakeSeconds'>,
): (raw: Socket) => void {
  const enter = createEntrance({
    ...options,
    surface: 'http',
    openingSeconds: options.handshakeSeconds,
    onEntrant: options.http.takePlain,
  })
  return (raw) => void enter(raw)
}
