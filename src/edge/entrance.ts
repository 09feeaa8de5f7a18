import type { Socket } from 'node:net'
import type { RecordRefusal, RefusalCause, Surface } from '../refusal.ts'
import { readAddress } from './address.ts'
import type { ConnectionLimits, ConnectionSlot } from './connection-limits.ts'
import type { Networks } from './networks.ts'
import type { OpenSockets } from './open-sockets.ts'
import { type Reading, readFirstByte, readOpening, TLS_HANDSHAKE } from './opening.ts'
import { type ProxyHeader, readProxyHeader } from './proxy-header.ts'
import { resetSocket } from './reset-socket.ts'

/** A TCP connection that was let in and counted, and has begun to speak. */
export interface Entrant {
  readonly raw: Socket
  /** The client's own, whatever proxies stand between. */
  readonly address: string
  /** Not read yet. */
  readonly firstByte: number
  markOpen(): void
}

export interface EntranceOptions {
  readonly surface: Surface
  readonly limits: ConnectionLimits
  readonly sockets: OpenSockets
  readonly recordRefusal: RecordRefusal
  /** They, and nobody else, say by the PROXY protocol for whom they speak. */
  readonly proxies: Networks
  /** Who may come; none: anybody. */
  readonly allow?: Networks
  /** For a proxy's header, and then for the first byte. */
  readonly openingSeconds: number
  /** Whether the first byte of a client is read before it is handed on, or taken for TLS, which tells; none: always. */
  readonly isReadFirst?: (address: string) => boolean
  /** What is told of a peer that does not begin in time; none: nothing. */
  readonly silence?: RefusalCause
  readonly onEntrant: (entrant: Entrant) => void
}

/** What a listener calls for each socket: counts it in by its client's address, or closes it and says why. */
export function createEntrance(options: EntranceOptions): (raw: Socket) => Promise<void> {
  const {
    surface,
    limits,
    sockets,
    recordRefusal,
    proxies,
    allow,
    isReadFirst = () => true,
    silence,
    onEntrant,
  } = options
  const deadlineMs = options.openingSeconds * 1000

  return async function enter(raw) {
    sockets.add(raw)
    // The parts that the socket is handed to listen for errors themselves; until then, and after, one must not end the process.
    raw.on('error', () => raw.destroy())
    // Reset before it was accepted, as the health checks of proxies are.
    if (raw.remoteAddress === undefined) return void raw.destroy()
    const nearest = readAddress(raw)
    const address = proxies.has(nearest) ? await askProxy(raw, nearest) : nearest
    if (address === undefined) return
    const slot = await admit(raw, address)
    if (!slot) return
    const firstByte = isReadFirst(address) ? await readDirectly(raw, address) : TLS_HANDSHAKE
    if (firstByte !== undefined) onEntrant({ raw, address, firstByte, markOpen: slot.markOpen })
  }

  /** For whom the proxy speaks. */
  async function askProxy(raw: Socket, proxy: string): Promise<string | undefined> {
    const opening = await readOpening(raw, deadlineMs, readAsProxy)
    // It opened the port and left, as health checks do.
    if (opening === 'gone') return undefined
    const header = opening === 'silent' ? 'absent' : opening.value
    if (header === 'absent') return refuse(raw, proxy, 'proxy_header_missing')
    if (header === 'malformed') return refuse(raw, proxy, 'proxy_header_invalid')
    return header.source ?? proxy
  }

  async function admit(raw: Socket, address: string): Promise<ConnectionSlot | undefined> {
    if (allow && !allow.has(address)) return refuse(raw, address, 'address_not_allowed', allow.text)
    const slot = await limits.take(address)
    if ('cause' in slot) return refuse(raw, address, slot.cause, slot.expected)
    raw.once('close', slot.release)
    if (!raw.destroyed) return slot
    slot.release()
    return undefined
  }

  /** The first byte of a client that speaks for itself, which no header comes before. */
  async function readDirectly(raw: Socket, address: string): Promise<number | undefined> {
    const opening = await readOpening(raw, deadlineMs, readAsClient)
    if (opening === 'gone') return undefined
    if (opening !== 'silent') return opening.value ?? refuse(raw, address, 'proxy_header_unexpected')
    return silence === undefined ? undefined : refuse(raw, address, silence)
  }

  function refuse(raw: Socket, address: string, cause: RefusalCause, expected?: string): undefined {
    recordRefusal({ address, surface, cause, ...(expected === undefined ? {} : { expected }) })
    resetSocket(raw)
  }
}

function readAsProxy(bytes: Buffer): Reading<ProxyHeader | 'absent' | 'malformed'> | undefined {
  const header = readProxyHeader(bytes)
  if (header === 'incomplete') return undefined
  return { value: header, used: typeof header === 'string' ? 0 : header.length }
}

function readAsClient(bytes: Buffer): Reading<number | undefined> | undefined {
  const header = readProxyHeader(bytes)
  if (header === 'incomplete') return undefined
  return header === 'absent' ? readFirstByte(bytes) : { value: undefined, used: 0 }
}
