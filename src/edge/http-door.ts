import type { Socket } from 'node:net'
import { createEntrance, type Entrant } from './entrance.ts'
import { sniffTls } from './first-byte.ts'
import type { DoorOptions } from './mqtt-door.ts'
import { createSecureServer } from './secure-server.ts'

export interface HttpDoorOptions extends DoorOptions {
  /** A socket that speaks HTTP from here on, within TLS or plain. */
  readonly onConnection: (socket: Socket) => void
}

/** What the API's listener calls for each socket: one port, HTTPS and plain HTTP told apart by the first byte. */
export function createHttpDoor(options: HttpDoorOptions): (raw: Socket) => void {
  const { limits, sockets, recordRefusal, handshakeSeconds, onConnection } = options
  const secure = createSecureServer({
    ...options,
    surface: 'https',
    clientCa: [],
    alpnProtocols: ['http/1.1'],
    onConnection({ socket, markOpen }) {
      markOpen()
      onConnection(socket)
    },
  })
  const enter = createEntrance({
    surface: 'https',
    limits,
    sockets,
    recordRefusal,
    onEntrant: (entrant) => void sniff(entrant),
  })
  return (raw) => void enter(raw)

  async function sniff(entrant: Entrant): Promise<void> {
    const isTls = await sniffTls(entrant.raw, handshakeSeconds * 1000)
    if (isTls) return secure.accept(entrant)
    entrant.markOpen()
    if (isTls === false) onConnection(entrant.raw)
  }
}
