import type { IncomingMessage } from 'node:http'
import type { HttpsIdentity, WebSocketOffer } from '../ports.ts'
import { canonicalHost, isOwnName } from './own-name.ts'
import type { RequestOrigin } from './request-origin.ts'

export const MQTT_PATH = '/mqtt'

export interface WebSocketRequest {
  readonly isSecure: boolean
  header(name: string): string | undefined
}

export type WebSocketVerdict =
  | 'accepted'
  | 'not_asked_for'
  | 'malformed'
  | 'origin_not_allowed'
  | 'sub_protocol_missing'

/** Whether a GET of the path becomes a WebSocket that carries MQTT: RFC 6455 §4.2.1, MQTT 3.1.1 §6. */
export function judgeWebSocket(
  request: WebSocketRequest,
  https: HttpsIdentity,
  offer: WebSocketOffer,
): WebSocketVerdict {
  if (!request.isSecure || !asksForWebSocket(request)) return 'not_asked_for'
  if (!KEY.test(request.header('sec-websocket-key') ?? '')) return 'malformed'
  const origin = request.header('origin')
  if (origin !== undefined && !offer.allowedOrigins.includes(origin) && !isOwnOrigin(origin, https)) {
    return 'origin_not_allowed'
  }
  const offered = readList(request.header('sec-websocket-protocol'))
  if (new Set(offered).size < offered.length || !offered.every((name) => TOKEN.test(name))) return 'malformed'
  return offered.some((name) => offer.subProtocols.includes(name)) ? 'accepted' : 'sub_protocol_missing'
}

/** The same for a request as Node reads it, before any route does. */
export function isWebSocketRequest(
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  { surface }: Pick<RequestOrigin, 'surface'>,
  https: HttpsIdentity,
  offer: WebSocketOffer,
): boolean {
  const [path] = (url ?? '').split('?', 1)
  if (method !== 'GET' || path !== MQTT_PATH) return false
  const header = (name: string): string | undefined => headers[name]?.toString()
  return judgeWebSocket({ isSecure: surface === 'https', header }, https, offer) === 'accepted'
}

// RFC 6455 §4.1: 16 octets in base64
const KEY = /^[+/0-9A-Za-z]{22}==$/
// RFC 9110 §5.6.2
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

function asksForWebSocket({ header }: WebSocketRequest): boolean {
  return (
    readList(header('connection')).some((name) => name.toLowerCase() === 'upgrade') &&
    header('upgrade')?.toLowerCase() === 'websocket' &&
    header('sec-websocket-version') === '13'
  )
}

/** The certificate of whoever sits at a browser goes with the requests of every page: it tells whose page this is. */
export function isOwnOrigin(origin: string, { serverNames, publicHost, httpsPort }: HttpsIdentity): boolean {
  const url = URL.parse(origin)
  if (url?.protocol !== 'https:' || Number(url.port || 443) !== httpsPort) return false
  const names = publicHost === undefined ? serverNames() : [...serverNames(), publicHost]
  return isOwnName(canonicalHost(url.hostname), names)
}

function readList(value = ''): string[] {
  return value === '' ? [] : value.split(',').map((name) => name.trim())
}
