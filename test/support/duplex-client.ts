import { type Duplex, duplexPair } from 'node:stream'
import { generate, type Packet, parser } from 'mqtt-packet'

/** An MQTT client at one end of a pair of streams in memory. */
export interface DuplexClient extends Disposable {
  readonly socket: Duplex
  /** The other end, as a hub would get it from its listener. */
  readonly hubEnd: Duplex
  /** Resolves when the connection is gone, however it ended. */
  readonly closed: Promise<void>
  /** Everything received so far. */
  readonly received: readonly Packet[]
  send(...packets: readonly (Packet | Buffer)[]): void
  /** The next packet of this kind that was not taken yet; undefined when the connection ends without it. */
  next<Command extends Packet['cmd']>(command: Command): Promise<Extract<Packet, { cmd: Command }> | undefined>
}

export function openDuplexClient(protocolVersion = 4): DuplexClient {
  const [socket, hubEnd] = duplexPair({ allowHalfOpen: false })
  // What a network does, a pair of streams does not: one end is gone when the other is.
  hubEnd.once('close', () => socket.destroy())
  socket.once('close', () => hubEnd.destroy())
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const received: Packet[] = []
  const taken = new Set<Packet>()
  const incoming = parser({ protocolVersion })
  incoming.on('packet', (packet: Packet) => {
    received.push(packet)
    socket.emit('packet')
  })
  socket.on('data', (chunk) => incoming.parse(chunk))

  return {
    socket,
    hubEnd,
    closed,
    received,
    send: (...packets) =>
      void socket.write(Buffer.concat(packets.map((packet) => (Buffer.isBuffer(packet) ? packet : generate(packet))))),
    next,
    [Symbol.dispose]: () => socket.destroy(),
  }

  async function next<Command extends Packet['cmd']>(
    command: Command,
  ): Promise<Extract<Packet, { cmd: Command }> | undefined> {
    for (;;) {
      const packet = take(command)
      if (packet || socket.destroyed) return packet
      await Promise.race([new Promise((resolve) => socket.once('packet', resolve)), closed])
    }
  }

  function take<Command extends Packet['cmd']>(command: Command): Extract<Packet, { cmd: Command }> | undefined {
    type Wanted = Extract<Packet, { cmd: Command }>
    const packet = received.find((one): one is Wanted => one.cmd === command && !taken.has(one))
    if (packet) taken.add(packet)
    return packet
  }
}
