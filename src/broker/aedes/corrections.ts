import type { EventEmitter } from 'node:events'
import type { Aedes, Client, PublishPacket, Subscription } from 'aedes'
import { isWellFormed } from '../../topic.ts'
import type { Identified, StoredState } from './stored-state.ts'

/** What Aedes has and its declarations leave out; all of it may be replaced on the broker it belongs to. */
export interface AedesInternals {
  readonly persistence: StoredState
  readonly clients: Readonly<Record<string, Client>>
  publish: (packet: PublishPacket, client: unknown, done?: (error?: Error | null) => void) => void
  registerClient: (client: Client) => void
  _finishRegisterClient: (client: Client) => void
  unregisterClient: (client: Client) => void
}

/** What a client of Aedes has and its declarations leave out. */
interface ClientInternals {
  readonly _eos: () => void
  readonly _disconnected: boolean
  readonly _keepaliveTimer: NodeJS.Timeout | null
  readonly _parser: EventEmitter
}

export function internalsOf(broker: Aedes): AedesInternals {
  return broker as unknown as AedesInternals
}

/** [MQTT-3.1.2-24]: silence counts anew from now, because we did not listen. */
export function restartKeepAlive(client: Client): void {
  ;(client as Client & ClientInternals)._keepaliveTimer?.refresh()
}

/** MQTT 3.1.1 §3.14: whether its DISCONNECT came. */
export function hasTakenLeave(client: Client): boolean {
  return (client as Client & ClientInternals)._disconnected
}

/**
 * Aedes hears of the end of a connection by `finished` of node:stream, which makes an error with its stack for each that
 * ends by DISCONNECT. To be called before anybody else listens: what the client leaves behind is done first.
 */
export function hearOfClose(client: Client): void {
  ;(client as Client & ClientInternals)._eos()
  client.conn.once('close', () => client.close())
}

/** [MQTT-3.2.0-1]: what is read between CONNECT and authentication, Aedes would work on at once. It resumes at CONNACK. */
export function holdUntilConnack(client: Client): void {
  // Its declarations leave the method out.
  const { pause } = client as Client & { readonly pause: () => void }
  pause.call(client)
}

/** A publish outside the policy was acknowledged by then, as a quiet answer to a noisy device; here it ends. */
export function dropDenied(internals: AedesInternals, isDenied: (packet: PublishPacket) => boolean): void {
  const publish = internals.publish.bind(internals)
  internals.publish = (packet, client, done) => {
    if (!isDenied(packet)) return publish(packet, client, done)
    done?.(null)
  }
}

/** One SUBSCRIBE may mix granted and refused filters, and each is handed over with the whole list: each granted one is stored once. */
export function storeGrantedOnly(
  persistence: Pick<StoredState, 'addSubscriptions'>,
  isGranted: (subscription: Subscription) => boolean,
): void {
  const add = persistence.addSubscriptions.bind(persistence)
  const stored = new WeakSet<Subscription>()
  persistence.addSubscriptions = async (client, subscriptions) => {
    const fresh = subscriptions.filter((subscription) => isGranted(subscription) && !stored.has(subscription))
    for (const subscription of fresh) stored.add(subscription)
    if (fresh.length > 0) await add(client, fresh)
  }
}

/**
 * A connection may end while its CONNECT is still worked on: the dead take nobody's place, and take no living one off the
 * list. `onTakeover` is told who is about to be closed for whom ([MQTT-3.1.4-2]).
 */
export function registerTheLivingOnly(
  internals: AedesInternals,
  onTakeover: (former: Client, successor: Client) => void,
): void {
  const register = internals.registerClient.bind(internals)
  const finish = internals._finishRegisterClient.bind(internals)
  const unregister = internals.unregisterClient.bind(internals)
  internals.registerClient = (client) => {
    if (client.closed) return
    const former = internals.clients[client.id]
    if (former) onTakeover(former, client)
    register(client)
  }
  // The holder of the id before it was closed meanwhile, which takes turns of the event loop.
  internals._finishRegisterClient = (client) => {
    if (!client.closed) finish(client)
  }
  internals.unregisterClient = (client) => {
    if (internals.clients[client.id] === client) unregister(client)
  }
}

interface ParsedPacket extends Identified {
  /** The remaining length, as the fixed header has it. */
  readonly length?: number
  readonly qos?: number
  readonly topic?: string | null
  readonly subscriptions?: readonly { readonly topic: string }[]
  readonly unsubscriptions?: readonly string[]
}

/** What mqtt-packet hands on in spite of the standard ends the connection before Aedes sees it. */
export function refuseMalformed(client: Client): void {
  const { _parser: parser } = client as Client & ClientInternals
  const handlers = parser.listeners('packet')
  parser.removeAllListeners('packet')
  parser.on('packet', (packet: ParsedPacket) => {
    const fault = faultOf(packet)
    if (fault) parser.emit('error', new Error(`${packet.cmd} ${fault}`))
    else for (const handle of handlers) handle.call(parser, packet)
  })
}

function faultOf(packet: ParsedPacket): string | undefined {
  if (!areTopicsWellFormed(packet)) return 'with a topic that is not UTF-8, or holds NUL'
  return isIdentified(packet) ? undefined : 'without packet identifier'
}

// Asked for every packet: nothing is allocated.
function areTopicsWellFormed({ cmd, topic, subscriptions, unsubscriptions }: ParsedPacket): boolean {
  if (cmd === 'publish') return isWellFormed(topic ?? '')
  if (cmd === 'subscribe') return subscriptions?.every((subscription) => isWellFormed(subscription.topic)) ?? true
  return cmd !== 'unsubscribe' || (unsubscriptions?.every(isWellFormed) ?? true)
}

/** [MQTT-2.3.1-1]; where there is none, mqtt-packet reads -1, or on into the next packet. */
function isIdentified({ cmd, length = 0, qos = 0, messageId = 0, topic }: ParsedPacket): boolean {
  if (cmd === 'publish') return qos === 0 || (messageId > 0 && length >= 4 + Buffer.byteLength(topic ?? ''))
  if (cmd === 'subscribe' || cmd === 'unsubscribe') return messageId > 0
  // MQTT 3.1.1 §3.4.1: nothing but the identifier
  return !ACKNOWLEDGEMENTS.has(cmd) || (messageId > 0 && length === 2)
}

const ACKNOWLEDGEMENTS: ReadonlySet<string | undefined> = new Set(['puback', 'pubrec', 'pubrel', 'pubcomp'])
