import type { HttpsIdentity } from '../ports.ts'
import { canonicalHost, isLoopbackHost, isOwnName } from './own-name.ts'
import { formatAuthority } from './url-authority.ts'

/** As the reader has come, where that is a name of ours: what is pasted into a shell is not a stranger's to choose. */
export function originAsCome(url: string, https: HttpsIdentity): string {
  const host = canonicalHost(new URL(url).hostname)
  return originOf(isOwnName(host, https.serverNames()) ? host : (https.publicHost ?? 'localhost'), https)
}

/** For somebody else to come by: the public name, or the one that this reader has come by from elsewhere. */
export function originForOthers(url: string, https: HttpsIdentity): string {
  const host = canonicalHost(new URL(url).hostname)
  const isReachable = isOwnName(host, https.serverNames()) && !isLoopbackHost(host)
  return originOf(https.publicHost ?? (isReachable ? host : 'localhost'), https)
}

function originOf(host: string, { httpsPort }: HttpsIdentity): string {
  return `https://${formatAuthority(host, httpsPort, 443)}`
}
