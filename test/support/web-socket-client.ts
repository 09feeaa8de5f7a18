import { generate, type Packet, parser } from 'mqtt-packet'
import { WebSocket } from 'ws'
import type { Credentials, TestHub } from './test-hub.ts'

export interface WebSocketOptions {
  readonly subProtocols?: readonly string[]
  readonly origin?: string
  readonly path?: string
  readonly localAddress?: string
}

/** An MQTT client over WebSocket that sends what frames a test wants sent. */
export interface WebSocketClient extends Disposable {
  readonly socket: WebSocket
  /** Resolves with the close frame's code when the connection is gone; 1006 where there was none (RFC 6455 §7.1.5). */
  readonly closed: Promise<number>
  /** One entry for each message of the hub: with what it held. */
  readonly frames: readonly (readonly Packet[])[]
  /** One binary frame for each. */
  send(...frames: readonly (Packet | Buffer)[]): void
  /** The first packet of this kind, received already or still to come; undefined when the connection ends without it. */
  next<Command extends Packet['cmd']>(command: Command): Promise<Extract<Packet, { cmd: Command }> | undefined>
}

/** Resolves when the hub has answered 101; nothing is sent yet. Rejects with the status of any other answer. */
export async function openWebSocket(
  { hub, ca }: Pick<TestHub, 'hub' | 'ca'>,
  credentials: Partial<Credentials>,
  { subProtocols = ['mqtt'], path = '/mqtt', ...options }: WebSocketOptions = {},
): Promise<WebSocketClient> {
  const socket = new WebSocket(`wss://localhost:${hub.apiPort}${path}`, [...subProtocols], {
    ca,
    ...(credentials.cert === undefined ? {} : { cert: credentials.cert }),
    ...(credentials.key === undefined ? {} : { key: credentials.key }),
    ...options,
  })
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)))
  const frames: Packet[][] = []
  const incoming = parser({ protocolVersion: 4 })
  incoming.on('packet', (packet: Packet) => frames.at(-1)?.push(packet))
  socket.on('message', (data: Buffer) => {
    frames.push([])
    incoming.parse(data)
    socket.emit('frame')
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.on('error', reject)
  })
  return {
    socket,
    closed,
    frames,
    send(...packets) {
      for (const packet of packets) socket.send(Buffer.isBuffer(packet) ? packet : generate(packet))
    },
    async next<Command extends Packet['cmd']>(command: Command) {
      type Wanted = Extract<Packet, { cmd: Command }>
      const find = (): Wanted | undefined => frames.flat().find((packet): packet is Wanted => packet.cmd === command)
      let isGone = false
      void closed.then(() => {
        isGone = true
      })
      while (!find() && !isGone) {
        await Promise.race([closed, new Promise<void>((resolve) => socket.once('frame', () => resolve()))])
      }
      return find()
    },
    [Symbol.dispose]: () => socket.terminate(),
  }
}
