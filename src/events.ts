/** What happened, by type. Nothing that must be certain travels this way. */
export interface HubEvents {
  readonly 'device.connected': {
    readonly kind: 'device' | 'service' | 'anonymous'
    readonly id: string
    readonly clientId: string
    readonly address: string
  }
  readonly 'device.disconnected': {
    readonly kind: 'device' | 'service' | 'anonymous'
    readonly id: string
    readonly clientId: string
    readonly reason: string
  }
  readonly 'connection.refused': { readonly surface: string; readonly cause: string; readonly address: string }
  /** An imported password that ends within 30 days. */
  readonly 'credential.expiring': { readonly kind: string; readonly id: string; readonly endsAt: string }
  readonly 'certificate.issued': { readonly kind: string; readonly id: string; readonly fingerprint: string }
  readonly 'certificate.revoked': {
    readonly kind: string
    readonly id: string
    readonly fingerprint: string
    readonly reason: string
  }
}

export type HubEventType = keyof HubEvents

type Listener<Type extends HubEventType> = (event: HubEvents[Type]) => void

/** Hands each event to those who listen, at once and in order; a listener that throws is the publisher's bug to see. */
export class EventFeed {
  readonly #listeners = new Map<HubEventType, Set<Listener<never>>>()

  publish<Type extends HubEventType>(type: Type, event: HubEvents[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as Listener<Type>)(event)
  }

  subscribe<Type extends HubEventType>(type: Type, listener: Listener<Type>): Disposable {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(listener))
    return { [Symbol.dispose]: () => void listeners.delete(listener) }
  }
}
