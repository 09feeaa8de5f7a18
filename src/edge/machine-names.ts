import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** The names and addresses by which a machine is reached, as far as it knows them: loopback and link-local ones left out. */
export function readMachineNames(
  name: string = hostname(),
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): readonly string[] {
  const addresses = Object.values(interfaces).flatMap((ofOne = []) => ofOne.filter(isReachable))
  // What a container runtime or a careless administrator calls a machine need not be a name that a certificate can hold.
  return [...(HOST_NAME.test(name) ? [name] : []), ...addresses.map(({ address }) => address)]
}

// RFC 1123 §2.1, and "_" because Docker and Windows give machines such names
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i

// RFC 4291 §2.5.6, RFC 3927 §2.1: a link-local address means nothing without the interface it is seen from
function isReachable(info: NetworkInterfaceInfo): boolean {
  if (info.internal) return false
  return info.family === 'IPv6' ? info.scopeid === 0 : !info.address.startsWith('169.254.')
}
