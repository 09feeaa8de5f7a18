import ipaddr from 'ipaddr.js'

/** Addresses and networks as an administrator has named them. */
export interface Networks {
  has(address: string): boolean
  /** As they were named, for a person. */
  readonly text: string
}

/** Each as an address, or as address and prefix length (RFC 4632 §3.1, RFC 4291 §2.3). */
export function createNetworks(named: readonly string[]): Networks {
  const networks = named.map(readNetwork)
  return {
    has: (address) => networks.length > 0 && networks.some((network) => isInside(address, network)),
    text: named.join(', '),
  }
}

type Network = ReturnType<typeof ipaddr.parseCIDR>

function readNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  return ipaddr.parseCIDR(`${text}/${text.includes(':') ? 128 : 32}`)
}

function isInside(text: string, [network, prefix]: Network): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  return address.kind() === network.kind() && address.match(network, prefix)
}
