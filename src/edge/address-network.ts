import ipaddr from 'ipaddr.js'

export interface PrefixLengths {
  readonly ipv4: number
  readonly ipv6: number
}

/** The network of an address, as `192.0.2.0/24`; what is no address stands for itself. */
export function networkOf(address: string, { ipv4, ipv6 }: PrefixLengths): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/${ipv4}`)}/${ipv4}`
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${ipv6}`)}/${ipv6}`
}
