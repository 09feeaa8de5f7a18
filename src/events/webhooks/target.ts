import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { kindOfAddress, unwrapIPv4 } from './target-address.ts'

/** Read when it is needed: it may change while we run. */
export interface TargetPolicy {
  readonly allowPrivate: boolean
  /** Of private addresses that are allowed where others are not. */
  isAllowed(address: string): boolean
  /** Whether the hub itself listens there. */
  isOwn(address: string, port: number): boolean
}

export type LookUp = (hostname: string) => Promise<readonly LookupAddress[]>

/** Why a delivery was not sent. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused'
}

/** Whether an address stands in it that no setting allows; of a name that is known only when it is looked up. */
export function isNeverAllowed(url: URL): boolean {
  const hostname = hostnameOf(url)
  return isIP(hostname) !== 0 && kindOfAddress(hostname) === 'forbidden'
}

/** The addresses of the target, each of them allowed now; the connection is to be made to one of these, and no other. */
export async function resolveTarget(url: URL, policy: TargetPolicy, lookUp: LookUp): Promise<readonly LookupAddress[]> {
  const hostname = hostnameOf(url)
  const family = isIP(hostname)
  const addresses = family === 0 ? await lookUp(hostname) : [{ address: hostname, family }]
  if (addresses.length === 0) throw new TargetRefused(`${hostname} has no address`)
  // All, not the first that will do: who answers with both is up to something.
  for (const { address } of addresses) requireAllowed(url, unwrapIPv4(address), policy)
  return addresses
}

function requireAllowed({ protocol, port }: URL, address: string, policy: TargetPolicy): void {
  const kind = kindOfAddress(address)
  if (kind === 'forbidden') throw new TargetRefused(`${address} is no address for a webhook`)
  const number = Number(port || (protocol === 'https:' ? 443 : 80))
  if (policy.isOwn(address, number)) throw new TargetRefused(`${address} port ${number} is the hub itself`)
  if (kind === 'private' && !policy.allowPrivate && !policy.isAllowed(address)) {
    throw new TargetRefused(`${address} is private: name it in webhooks.allow, or set webhooks.allow_private`)
  }
  if (kind === 'public' && protocol === 'http:') throw new TargetRefused(`${address} is public: only https goes there`)
}

function hostnameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
