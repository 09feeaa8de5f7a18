import type { Socket } from 'node:net'
import ipaddr from 'ipaddr.js'

/** A peer's address as people write it: IPv4 without the IPv6 form that a dual-stack socket gives it. */
export function readAddress({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string {
  return remoteAddress === undefined ? 'unknown' : ipaddr.process(remoteAddress).toString()
}
