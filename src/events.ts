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
    /** What the hub closed it for, as a sentence; else one of EMQX's words: normal, keepalive_timeout, takenover, ... */
    readonly reason: string
  }
  /** It finished the handshake and went without a CONNECT: a client that compares names only then may have done so. */
  readonly 'device.left': {
    readonly kind: 'device' | 'service' | 'anonymous'
    readonly id: string
    readonly address: string
  }
  /** An administrator shut it out, or let it in again. */
  readonly 'identity.suspended': { readonly kind: 'device' | 'service'; readonly id: string }
  readonly 'identity.resumed': { readonly kind: 'device' | 'service'; readonly id: string }
  readonly 'connection.refused': { readonly surface: string; readonly cause: string; readonly address: string }
  /** An imported password that ends within 30 days. */
  readonly 'credential.expiring': { readonly kind: string; readonly id: string; readonly endsAt: string }
  /** It ends within so many days, 30, 7 or 1, and nothing has taken its place; `kind` is also `ca`. Told once for each. */
  readonly 'certificate.expiring': {
    readonly kind: string
    readonly id: string
    readonly fingerprint: string
    readonly notAfter: string
    readonly days: number
  }
  /** What a listener shows from now on. */
  readonly 'certificate.exchanged': { readonly surface: 'https' | 'mqtts'; readonly fingerprint: string }
  /** The right to be handed a certificate of this device; the secret is not told. */
  readonly 'claim.created': { readonly id: string; readonly deviceId: string }
  readonly 'claim.used': { readonly id: string; readonly deviceId: string }
  readonly 'certificate.issued': {
    readonly kind: string
    readonly id: string
    readonly fingerprint: string
    /** Fingerprint of the one that its holder renews with it. */
    readonly renews?: string
  }
  readonly 'certificate.revoked': {
    readonly kind: string
    readonly id: string
    readonly fingerprint: string
    readonly reason: string
  }
  /** Its hold was ended. */
  readonly 'certificate.released': { readonly kind: string; readonly id: string; readonly fingerprint: string }
  /** A rotation of a fleet was started, paused, resumed, cancelled, or has finished. */
  readonly 'rotation.changed': {
    readonly id: string
    readonly state: 'running' | 'paused' | 'cancelled' | 'finished'
  }
  /** A device asks for its first certificate and waits for an administrator; `enrolment` is the id to decide by. */
  readonly 'enrolment.requested': EnrolmentEvent & { readonly address: string }
  readonly 'enrolment.approved': EnrolmentEvent
  readonly 'enrolment.rejected': EnrolmentEvent
  /** By the schedule of the hub; `octets` of the archive. */
  readonly 'backup.made': { readonly fileName: string; readonly octets: number }
  readonly 'backup.failed': { readonly reason: string }
  /** Another CA issues from now on. */
  readonly 'authority.rotated': { readonly fingerprint: string; readonly previous: string }
  /** The CA before it is trusted no more. */
  readonly 'authority.retired': { readonly fingerprint: string }
  /** The CA of others, whose devices may be let in. */
  readonly 'authority.trusted': { readonly fingerprint: string; readonly registration: string }
  readonly 'authority.distrusted': { readonly fingerprint: string }
  /** Nothing is issued until it is unlocked; `cause` is the code of an error. */
  readonly 'ca.locked': { readonly cause: string }
  readonly 'ca.unlocked': Readonly<Record<string, never>>
  /** By the keys of the settings. */
  readonly 'configuration.reloaded': { readonly applied: readonly string[]; readonly needsRestart: readonly string[] }
  /** Messages that a bound has cost their receiver, or a topic its retained one; told at once, and then once a minute. */
  readonly 'message.dropped': {
    readonly reason:
      | 'queue_age'
      | 'queue_bytes'
      | 'queue_messages'
      | 'retained_bytes'
      | 'retained_messages'
      | 'session_expiry'
      | 'store_bytes'
    readonly clientId: string
    readonly count: number
  }
  /** `limit` is its name under `limits`; `subject` is `kind:id`, or what it bounds. Told at once, and then once a minute. */
  readonly 'limit.reached': { readonly limit: string; readonly subject: string; readonly count: number }
  /** EMQX did not answer: the clients of this identity may still be connected there. */
  readonly 'emqx.disconnect_failed': { readonly kind: string; readonly id: string }
  /** Somebody else seems to hold what this identity shows; `action` is what was done about it. */
  readonly 'identity.compromise_suspected': {
    readonly kind: 'device' | 'service'
    readonly id: string
    readonly sign: 'two_addresses' | 'key_reuse' | 'refusal_burst'
    readonly action: 'told' | 'suspended' | 'revoked'
    /** What it was concluded from, for a person. */
    readonly evidence: Readonly<Record<string, string | number>>
  }
  /** So many events before this one could not be kept, and whoever resumes does not hear of them. */
  readonly 'events.lost': { readonly count: number }
  /** Its target did not take it in all attempts: it waits for an operator. */
  readonly 'webhook.dead_lettered': {
    readonly webhook: string
    /** What it is called, else the host of its target. */
    readonly name: string
    readonly delivery: string
    readonly event: string
  }
}

interface EnrolmentEvent {
  readonly kind: 'device'
  readonly id: string
  readonly enrolment: string
}

export type HubEventType = keyof HubEvents

type Listener<Type extends HubEventType> = (event: HubEvents[Type]) => void
type GeneralListener = (type: HubEventType, event: HubEvents[HubEventType]) => void

/** Hands each event to those who listen, at once and in order; a listener that throws is the publisher's bug to see. */
export class EventFeed {
  readonly #listeners = new Map<HubEventType, Set<Listener<never>>>()
  readonly #generalListeners = new Set<GeneralListener>()

  publish<Type extends HubEventType>(type: Type, event: HubEvents[Type]): void {
    // First: what a listener of its type publishes comes after it.
    for (const listener of this.#generalListeners) listener(type, event)
    for (const listener of this.#listeners.get(type) ?? []) (listener as Listener<Type>)(event)
  }

  subscribe<Type extends HubEventType>(type: Type, listener: Listener<Type>): Disposable {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(listener))
    return { [Symbol.dispose]: () => void listeners.delete(listener) }
  }

  /** To every type there is, and will be. */
  subscribeAll(listener: GeneralListener): Disposable {
    this.#generalListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#generalListeners.delete(listener) }
  }
}
