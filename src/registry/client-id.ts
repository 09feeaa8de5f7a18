import type { Identity } from './identity.ts'
import type { DeviceStore, ServiceStore } from './ports.ts'

/** Whose client id it is: the identity's own to use, or not. */
export type ClientIdClaim = 'own' | 'free' | 'refused'

export interface ClientIds {
  /**
   * `own`: the id, a recorded one, or `<id>:<suffix>`. `free`: nobody's, and this identity may use any.
   * `refused`: another's, or not this identity's to use.
   */
  claim(identity: Identity, clientId: string): ClientIdClaim
}

export interface ClientIdsOptions {
  readonly devices: Pick<DeviceStore, 'find' | 'findByClientId'>
  readonly services: Pick<ServiceStore, 'find'>
  readonly mayUseAny: (identity: Identity) => boolean
}

const MAX_LENGTH = 256
// "+", "#" and "/" would let a client id change the meaning of a topic that names it.
const FORBIDDEN = /[+#/\p{Cc}]/u

export function createClientIds({ devices, services, mayUseAny }: ClientIdsOptions): ClientIds {
  return { claim }

  function claim(identity: Identity, clientId: string): ClientIdClaim {
    if (clientId.length > MAX_LENGTH || FORBIDDEN.test(clientId)) return 'refused'
    if (clientId === identity.id) return 'own'
    // An exact registered id wins over a suffix.
    if (isRegistered(clientId)) return 'refused'
    const recordedFor = devices.findByClientId(clientId)
    if (recordedFor) return identity.kind === 'device' && recordedFor.id === identity.id ? 'own' : 'refused'
    if (clientId.startsWith(`${identity.id}:`) && clientId.length > identity.id.length + 1) return 'own'
    return mayUseAny(identity) && !isSuffixOfAnother(clientId) ? 'free' : 'refused'
  }

  function isRegistered(id: string): boolean {
    return devices.find(id)?.id === id || services.find(id)?.name === id
  }

  function isSuffixOfAnother(clientId: string): boolean {
    for (let colon = clientId.indexOf(':'); colon !== -1; colon = clientId.indexOf(':', colon + 1)) {
      if (isRegistered(clientId.slice(0, colon))) return true
    }
    return false
  }
}
