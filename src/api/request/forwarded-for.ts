import { isIP } from 'node:net'
import { canonicalHost } from './own-name.ts'

// "198.51.100.7", "198.51.100.7:4711", "2001:db8::1", "[2001:db8::1]:4711"
const ENTRY = /^(?:\[([^\]]+)\]|([\d.]+)|([\dA-Fa-f.]*:[\dA-Fa-f:.]*))(?::\d{1,5})?$/

/**
 * The nearest address that is no proxy of ours: each of them names at the right end of X-Forwarded-For whom it speaks for.
 * What stands further left is the word of a stranger.
 */
export function readForwardedFor(header: string, nearest: string, isProxy: (address: string) => boolean): string {
  let address = nearest
  for (const entry of header.split(',').toReversed()) {
    const further = isProxy(address) ? readEntry(entry.trim()) : undefined
    if (further === undefined) break
    address = further
  }
  return address
}

function readEntry(entry: string): string | undefined {
  const [, ...forms] = ENTRY.exec(entry) ?? []
  const address = forms.find((form) => form !== undefined) ?? ''
  return isIP(address) === 0 ? undefined : canonicalHost(address)
}
