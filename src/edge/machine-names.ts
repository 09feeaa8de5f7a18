import { hostname, networkInterfaces } from 'node:os'

/** The names and addresses by which this machine is reached, as far as it knows them: loopback and link-local ones left out. */
export function readMachineNames(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces = []) =>
    // RFC 4291 §2.5.6: a link-local address means nothing without the interface it is seen from
    interfaces.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address),
  )
  const name = hostname()
  return HOST_NAME.test(name) ? [name, ...addresses] : addresses
}

// What a container runtime or a careless administrator calls a machine need not be a DNS name.
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/
