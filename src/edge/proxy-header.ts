import { isIPv4, isIPv6 } from 'node:net'
import { writeAddress } from './address.ts'

/** What a proxy says of the connection that it hands on. */
export interface ProxyHeader {
  /** Octets of the header; what follows is the client's. */
  readonly length: number
  /** None: the proxy speaks for itself, as health checks do, or does not know for whom. */
  readonly source?: string
}

export type ProxyReading = ProxyHeader | 'absent' | 'incomplete' | 'malformed'

// "The PROXY protocol", versions 1 and 2, by HAProxy: §2.1 and §2.2
const TEXT_SIGNATURE = Buffer.from('PROXY ')
const BINARY_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Reads the header that the PROXY protocol puts before anything else, from what has arrived so far. */
export function readProxyHeader(bytes: Buffer): ProxyReading {
  if (beginsWith(bytes, TEXT_SIGNATURE)) return readText(bytes)
  if (beginsWith(bytes, BINARY_SIGNATURE)) return readBinary(bytes)
  return 'absent'
}

/** Or may still come to begin with it. */
function beginsWith(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length)
  return bytes.compare(signature, 0, length, 0, length) === 0
}

// §2.1: the longest line, its end included
const LONGEST_LINE = 107
const PORT = '(?:0|[1-9]\\d{0,4})'
const LINE = new RegExp(`^PROXY (?:UNKNOWN(?: .*)?|(TCP[46]) (\\S+) (\\S+) (${PORT}) (${PORT}))$`)

function readText(bytes: Buffer): ProxyReading {
  const text = bytes.toString('latin1', 0, LONGEST_LINE)
  const end = text.indexOf('\r\n')
  if (end === -1) return text.length < LONGEST_LINE ? 'incomplete' : 'malformed'
  const [line, family, source = '', destination = '', ...ports] = LINE.exec(text.slice(0, end)) ?? []
  if (line === undefined) return 'malformed'
  const length = end + 2
  if (family === undefined) return { length }
  const isAddress = family === 'TCP4' ? isIPv4 : isBareIPv6
  const isRight = isAddress(source) && isAddress(destination) && ports.every((port) => Number(port) <= 65_535)
  return isRight ? { length, source: writeAddress(source) } : 'malformed'
}

/** Node takes a zone for a part of the address; no other machine could know it. */
function isBareIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

const PREFIX = 16
const VERSION = 2
const LOCAL = 0
const PROXY = 1
const UNSPECIFIED = 0
const INET = 1
const INET6 = 2
const UNIX = 3
const STREAM = 1
/** Octets of both addresses and ports: §2.2. */
const ADDRESSES: ReadonlyMap<number, number> = new Map([
  [UNSPECIFIED, 0],
  [INET, 12],
  [INET6, 36],
  [UNIX, 216],
])
// What follows the addresses may be 64 KiB; of what proxies send the longest, a client's certificate, is a tenth of it.
const LONGEST_REST = 8192

function readBinary(bytes: Buffer): ProxyReading {
  if (bytes.length < PREFIX) return 'incomplete'
  const command = bytes.readUInt8(12)
  const rest = bytes.readUInt16BE(14)
  const isKnown = command >> 4 === VERSION && (command & 15) <= PROXY
  if (!isKnown || rest > LONGEST_REST) return 'malformed'
  const family = (command & 15) === LOCAL ? UNSPECIFIED : readFamily(bytes.readUInt8(13), rest)
  if (family === undefined) return 'malformed'
  const length = PREFIX + rest
  if (bytes.length < length) return 'incomplete'
  const source = readSource(family, bytes.subarray(PREFIX))
  return { length, ...(source === undefined ? {} : { source }) }
}

/** None: one that is not known, or cannot come over TCP, or does not fit into what is announced. */
function readFamily(octet: number, rest: number): number | undefined {
  const family = octet >> 4
  const transport = octet & 15
  const least = ADDRESSES.get(family)
  if (least === undefined || transport > STREAM) return undefined
  // §2.2: the addresses of the connection itself are used then
  if (transport === UNSPECIFIED) return UNSPECIFIED
  return rest < least ? undefined : family
}

function readSource(family: number, addresses: Buffer): string | undefined {
  if (family === INET) return addresses.subarray(0, 4).join('.')
  if (family === INET6) return writeAddress(formatIPv6(addresses.subarray(0, 16)))
  return undefined
}

function formatIPv6(octets: Buffer): string {
  return octets.toString('hex').replaceAll(/....(?!$)/g, '$&:')
}
