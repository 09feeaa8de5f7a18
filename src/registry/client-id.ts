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
  /** The id of the device or service whose own it is; none for one that is free. */
  holderOf(clientId: string): string | undefined
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
  return {
    claim,
    holderOf: (clientId) =>
      isRegistered(clientId) ? clientId : (devices.findByClientId(clientId)?.id ?? findSuffixHolder(clientId)),
  }

  function claim(identity: Identity, clientId: string): ClientIdClaim {
    if (clientId.length > MAX_LENGTH || FORBIDDEN.test(clientId)) return 'refused'
    if (clientId === identity.id) return 'own'
    // An exact registered id wins over a suffix.
    if (isRegistered(clientId)) return 'refused'
    const recordedFor = devices.findByClientId(clientId)
    if (recordedFor) return identity.kind === 'device' && recordedFor.id === identity.id ? 'own' : 'refused'
    const holder = findSuffixHolder(clientId)
    if (holder === identity.id) return clientId.length > `${holder}:`.length ? 'own' : 'refused'
    return holder === undefined && mayUseAny(identity) ? 'free' : 'refused'
  }

  function isRegistered(id: string): boolean {
    return devices.find(id)?.id === id || services.find(id)?.name === id
  }

  /** The longest registered id before a colon: `a:b:1` is `a:b`'s before it is `a`'s. */
  function findSuffixHolder(clientId: string): string | undefined {
    for (let colon = clientId.lastIndexOf(':'); colon > 0; colon = clientId.lastIndexOf(':', colon - 1)) {
      const id = clientId.slice(0, colon)
      if (isRegistered(id)) return id
    }
    return undefined
  }
}
