import { BlockList, isIPv4 } from 'node:net'

/** Where a request would go: to everybody's network, into a private one, or where no webhook has anything to do. */
export type AddressKind = 'public' | 'private' | 'forbidden'

// RFC 6890 and the registries behind it; metadata services of clouds, that give out their machine's own credentials
const FORBIDDEN = listOf(
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['100.100.100.200', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['ff00::', 8],
  // RFC 4380, RFC 3056: an IPv4 address in disguise, with a relay in between
  ['2001::', 32],
  ['2002::', 16],
)

const PRIVATE = listOf(
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['::1', 128],
  ['100::', 64],
  ['64:ff9b:1::', 48],
  ['2001:db8::', 32],
  ['fc00::', 7],
)

export function kindOfAddress(address: string): AddressKind {
  const plain = unwrapIPv4(address)
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6'
  if (FORBIDDEN.check(plain, family)) return 'forbidden'
  return PRIVATE.check(plain, family) ? 'private' : 'public'
}

/** RFC 4291 §2.5.5, RFC 6052 §2.1: what reaches an IPv4 address is judged as one. */
export function unwrapIPv4(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIPv4(plain)) return plain
  // The URL parser has one spelling for each IPv6 address: hexadecimal groups.
  const groups = expand(new URL(`http://[${plain}]`).hostname.slice(1, -1))
  const prefix = groups.slice(0, 6).join(':')
  if (!['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'].includes(prefix)) return plain
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((pair) => [pair >> 8, pair & 255])
    .join('.')
}

function expand(address: string): readonly string[] {
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail]
}

function listOf(...networks: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6')
  return list
}
