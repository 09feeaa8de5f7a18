import type { AuthenticateError, Client } from 'aedes'
import type { IConnectPacket } from 'mqtt-packet'
import { encodeAcceptance, encodeConnack, type ReturnCode } from '../connack.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Binding, Bindings } from './bindings.ts'
import { holdUntilConnack } from './corrections.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import type { LiveWills } from './live-wills.ts'
import { readMessage } from './packet-message.ts'

export interface ArrivalOptions {
  readonly delivery: Pick<Delivery, 'turn'>
  readonly bindings: Pick<Bindings, 'authenticate' | 'takeFresh'>
  readonly gatekeeper: Pick<Gatekeeper, 'served' | 'announceWill'>
  readonly wills: Pick<LiveWills, 'forget' | 'put'>
  readonly topicLevels: number
}

/** What Aedes knows of a client by the time it has worked off the CONNECT; its declarations leave it out. */
interface Arriving {
  readonly broker: {
    registerClient(client: Client): void
    emit(event: 'connackSent', connack: { readonly returnCode: number }, client: Client): unknown
    emit(event: 'keepaliveTimeout', client: Client): unknown
  }
  readonly _parser: {
    listeners(event: 'packet'): readonly ((packet: unknown) => void)[]
    removeAllListeners(event: 'packet'): unknown
    on(event: 'packet', listener: (packet: { readonly cmd: string }) => void): unknown
  }
  readonly _nextBatch: (error?: Error) => void
  id: string
  clean: boolean
  version: number
  will: IConnectPacket['will'] | null
  connecting: boolean
  connected: boolean
  connackSent: boolean
  _authorized: boolean
  _parsingBatch: number
  _paused: boolean
  _connectTimer: NodeJS.Timeout | undefined
  _keepaliveTimer: NodeJS.Timeout | null
  _keepaliveInterval: number
}

type ArrivingClient = Client & Arriving

/** As the parser hands it on, with nothing left open. */
interface Connect extends IConnectPacket {
  readonly clean: boolean
  readonly keepalive: number
  readonly protocolVersion: 3 | 4
}

/**
 * Works off the CONNECT of a client in the place of Aedes. Its own way leads through several turns, and ends by draining
 * what is never there through a pipeline of streams: that alone is a fifth of the CPU of a resumed connection.
 */
export function openArrival(client: Client, options: ArrivalOptions): void {
  const arriving = client as unknown as ArrivingClient
  const { _parser: parser } = arriving
  const handlers = parser.listeners('packet')
  parser.removeAllListeners('packet')
  parser.on('packet', (packet) => {
    // [MQTT-3.1.0-2]: a second one is an offence, and Aedes' to end.
    if (isConnect(packet) && !arriving.connecting && !arriving.connected) arrive(arriving, packet, options)
    else for (const handle of handlers) handle.call(parser, packet)
  })
}

/** What comes before authentication, whoever works the CONNECT off; whether the client is there to be served. */
export function prepareConnect(
  client: Client,
  packet: Pick<IConnectPacket, 'clientId' | 'will'>,
  { gatekeeper, topicLevels }: Pick<ArrivalOptions, 'gatekeeper' | 'topicLevels'>,
): boolean {
  const served = gatekeeper.served(client)
  if (!served) return false
  // The client id was decided, or assigned, when the CONNECT was accepted.
  packet.clientId = served.session.clientId
  holdUntilConnack(client)
  const { will } = packet
  if (will) gatekeeper.announceWill(client, will.topic, will.topic.split('/').length <= topicLevels)
  return true
}

function arrive(client: ArrivingClient, packet: Connect, options: ArrivalOptions): void {
  client._parsingBatch++
  clearTimeout(client._connectTimer)
  client._connectTimer = undefined
  client.connecting = true
  if (!prepareConnect(client, packet, options)) return end(client)
  client.id = packet.clientId
  client.clean = packet.clean
  client.version = packet.protocolVersion
  options.bindings.authenticate(client, (error) => {
    if (error) refuse(client, error)
    else admit(client, packet, options)
  })
}

/** With all that was written for it in one turn; what can be told at once is told in this one. */
function admit(client: ArrivingClient, { will, keepalive }: Connect, options: ArrivalOptions): void {
  const { bindings, wills, delivery } = options
  client._authorized = true
  if (keepalive > 0) startKeepAlive(client, keepalive)
  const opened = bindings.takeFresh(client.id)
  if (!opened) return end(client, new Error(`${client.id} has no session`))
  try {
    wills.forget(client.id)
    if (will) {
      client.will = will
      wills.put(client.id, opened.link, readMessage({ qos: 0, retain: false, ...will }), opened.credential)
    }
  } catch (error) {
    return end(client, error as Error)
  }
  if (!will && !opened.waits) return welcome(client, opened)
  delivery.turn.settled((error) => (error ? end(client, error) : welcome(client, opened)))
}

function welcome(client: ArrivingClient, { link, isPresent }: Binding): void {
  // It may have ended while it was waited for.
  if (client.closed) return
  const { broker } = client
  broker.registerClient(client)
  link.outbox.send(encodeAcceptance(isPresent))
  broker.emit('connackSent', { returnCode: 0 }, client)
  client.connackSent = true
  client.connecting = false
  client.connected = true
  client._paused = false
  // What has come behind CONNECT is worked on now.
  client.emit('connected')
  client._nextBatch()
}

/** The connection ends with the error, if there is one; without, it has ended. */
function end(client: ArrivingClient, error?: Error): void {
  client.connecting = false
  client._nextBatch(error)
}

function refuse(client: ArrivingClient, error: AuthenticateError): void {
  client.conn.write(encodeConnack(error.returnCode as ReturnCode))
  client.close(() => client._nextBatch(error))
}

/** [MQTT-3.1.2-24] */
function startKeepAlive(client: ArrivingClient, seconds: number): void {
  client._keepaliveInterval = seconds * 1500 + 1
  client._keepaliveTimer = setTimeout(() => {
    client.broker.emit('keepaliveTimeout', client)
    client.emit('error', new Error('keep alive timeout'))
  }, client._keepaliveInterval)
}

function isConnect(packet: { readonly cmd: string }): packet is Connect {
  return packet.cmd === 'connect'
}
