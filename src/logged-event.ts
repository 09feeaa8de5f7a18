/** Something that happened, as it is told to others than this process. */
export interface LoggedEvent {
  /** Grows from event to event, restarts included; about microseconds since the epoch. */
  readonly id: number
  readonly at: Date
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The one form in which an event leaves the hub: on a stream, to a webhook, in a list. */
export interface EventEnvelope {
  readonly id: string
  readonly type: string
  /** RFC 3339 */
  readonly at: string
  readonly data: Readonly<Record<string, unknown>>
}

export function envelopeOf({ id, at, type, data }: LoggedEvent): EventEnvelope {
  return { id: String(id), type, at: at.toISOString(), data }
}

const DEVICE = 'device:'

/** The device that the event is about, where it is about one. */
export function deviceOf({ kind, id, subject, deviceId }: LoggedEvent['data']): string | undefined {
  if (kind === 'device' && typeof id === 'string') return id
  if (typeof subject === 'string' && subject.startsWith(DEVICE)) return subject.slice(DEVICE.length)
  return typeof deviceId === 'string' ? deviceId : undefined
}

const TYPE_PATTERN = /^(?:\*|[a-z_]{1,40}(?:\.[a-z_]{1,40}){0,3}(?:\.\*)?)$/

/** `device.connected`, `certificate.*` or `*`; a type that does not exist yet is a good pattern too. */
export function isTypePattern(text: string): boolean {
  return TYPE_PATTERN.test(text)
}
