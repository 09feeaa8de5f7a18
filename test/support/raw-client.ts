import { once } from 'node:events'
import { connect as connectTcp, isIPv6, type Socket } from 'node:net'
import { connect, type SecureVersion, type TLSSocket } from 'node:tls'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import type { Credentials } from './test-hub.ts'

/** Where a hub listens, and what its certificate leads to. */
export interface HubAddress {
  readonly hub: { readonly mqttPort: number }
  readonly ca: string
}

export interface RawClientOptions {
  readonly version?: SecureVersion
  readonly session?: Buffer
  /** The address to come from; 127.0.0.0/8 is all this machine's. */
  readonly localAddress?: string
  /** The address that 127.0.0.2, to be named in `server.proxy_protocol_from`, says it speaks for. */
  readonly proxiedFrom?: string
}

export const PROXY = '127.0.0.2'

/** An MQTT client that sends what a test wants sent, well-formed or not. */
export interface RawClient extends Disposable {
  readonly socket: TLSSocket
  /** Resolves when the connection is gone, however it ended. */
  readonly closed: Promise<void>
  /** Everything received so far. */
  readonly received: readonly Packet[]
  send(...packets: readonly (Packet | Buffer)[]): void
  /** The first packet of this kind, received already or still to come; undefined when the connection ends without it. */
  next<Command extends Packet['cmd']>(command: Command): Promise<Extract<Packet, { cmd: Command }> | undefined>
}

/** One whose CONNECT was accepted, under its own id unless the packet says otherwise; throws what it is answered instead. */
export async function openConnectedClient(
  hub: HubAddress,
  credentials: Credentials & { readonly id: string },
  packet: Parameters<typeof connectPacket>[0] = {},
): Promise<RawClient> {
  const client = await openRawClient(hub, credentials)
  client.send(connectPacket({ clientId: credentials.id, ...packet }))
  const answer = await client.next('connack')
  if (answer?.returnCode !== 0) throw new Error(`${credentials.id} was answered with ${answer?.returnCode}`)
  return client
}

/** Resolves after the TLS handshake; nothing is sent yet. */
export async function openRawClient(
  hub: HubAddress,
  credentials: Partial<Credentials>,
  options: RawClientOptions = {},
): Promise<RawClient> {
  const { version, session, localAddress, proxiedFrom } = options
  const socket = connect({
    host: localAddress === undefined ? 'localhost' : '127.0.0.1',
    servername: 'localhost',
    port: hub.hub.mqttPort,
    ca: hub.ca,
    ...credentials,
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    ...(session === undefined ? {} : { session }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(proxiedFrom === undefined ? {} : { socket: openProxied(hub.hub.mqttPort, proxiedFrom) }),
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  const received: Packet[] = []
  const incoming = parser({ protocolVersion: 4 })
  incoming.on('packet', (packet: Packet) => {
    received.push(packet)
    socket.emit('packet', packet)
  })
  socket.on('data', (chunk) => incoming.parse(chunk))
  return {
    socket,
    closed,
    received,
    send: (...packets) =>
      void socket.write(Buffer.concat(packets.map((packet) => (Buffer.isBuffer(packet) ? packet : encode(packet))))),
    next: (command) => nextPacket(socket, closed, received, command),
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** PROXY protocol, version 1. */
function openProxied(port: number, address: string): Socket {
  const socket = connectTcp({ host: '127.0.0.1', port, localAddress: PROXY })
  socket.cork()
  socket.write(`PROXY TCP${isIPv6(address) ? 6 : 4} ${address} ${isIPv6(address) ? '::1' : '127.0.0.1'} 40000 8883\r\n`)
  socket.uncork()
  return socket
}

export function connectPacket(packet: Partial<IConnectPacket> = {}): IConnectPacket {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: '', keepalive: 60, ...packet }
}

const CONNECT_FLAGS = 9
const CLEAN_SESSION = 0b10

function encode(packet: Packet): Buffer {
  if (packet.cmd !== 'connect' || packet.clean || packet.clientId !== '') return generate(packet)
  // mqtt-packet refuses to write what a test wants refused by the hub.
  const bytes = generate({ ...packet, clean: true })
  bytes.writeUInt8(bytes.readUInt8(CONNECT_FLAGS) & ~CLEAN_SESSION, CONNECT_FLAGS)
  return bytes
}

async function nextPacket<Command extends Packet['cmd']>(
  socket: TLSSocket,
  closed: Promise<void>,
  received: readonly Packet[],
  command: Command,
): Promise<Extract<Packet, { cmd: Command }> | undefined> {
  type Wanted = Extract<Packet, { cmd: Command }>
  const isWanted = (packet: Packet): packet is Wanted => packet.cmd === command
  const arrived = new Promise<Wanted>((resolve) =>
    socket.on('packet', (packet: Packet) => isWanted(packet) && resolve(packet)),
  )
  return received.find(isWanted) ?? Promise.race([arrived, closed.then(() => received.find(isWanted))])
}
