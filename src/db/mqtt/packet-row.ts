import type { QoS } from '../../broker/delivery/message.ts'
/** A packet as Aedes hands it over; what it carries beyond these is kept as JSON. */
export interface StoredPacket {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: QoS
  readonly messageId?: number
}

const COLUMNS: ReadonlySet<string> = new Set(['topic', 'payload', 'qos', 'writeCallback'])

/** Its further properties as JSON; functions, with which Aedes marks what it is sending, are left out. */
export function writeMore(packet: object, columns: ReadonlySet<string> = COLUMNS): string | null {
  const further = Object.entries(packet).filter(([name, value]) => !columns.has(name) && value !== undefined)
  return further.length === 0 ? null : JSON.stringify(Object.fromEntries(further))
}

export function readMore(more: string | null): Readonly<Record<string, unknown>> {
  return more === null ? {} : JSON.parse(more)
}
