import type { HttpsIdentity } from '../ports.ts'
import { isLoopbackHost, isOwnName } from './own-name.ts'
import { formatAuthority } from './url-authority.ts'
import { readUrlHost } from './url-host.ts'

/** As the reader has come, where that is a name of ours: what is pasted into a shell is not a stranger's to choose. */
export function originAsCome(url: string, https: HttpsIdentity): string {
  const host = readUrlHost(url).canonical
  return originOf(isOwnName(host, https.serverNames()) ? host : (https.publicHost ?? 'localhost'), https)
}

/** For somebody else to come by: the public name, or the one that this reader has come by from elsewhere. */
export function originForOthers(url: string, https: HttpsIdentity): string {
  const host = readUrlHost(url).canonical
  const isReachable = isOwnName(host, https.serverNames()) && !isLoopbackHost(host)
  return originOf(https.publicHost ?? (isReachable ? host : 'localhost'), https)
}

function originOf(host: string, { httpsPort }: HttpsIdentity): string {
  return `https://${formatAuthority(host, httpsPort, 443)}`
}
