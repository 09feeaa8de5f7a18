import { findFreePorts } from './free-ports.ts'

/** What a guide writes and a test must not open: each is replaced wherever it stands alone. */
const WRITTEN = ['8883', '8884', '3000'] as const

export interface GuidePorts {
  /** The text with free ports of this machine where the guide names those of everybody. */
  here(text: string): string
  /** By which the hub takes them where the guide names none. */
  readonly env: Readonly<Record<string, string>>
}

export async function findGuidePorts(): Promise<GuidePorts> {
  const free = await findFreePorts(WRITTEN.length)
  const ports = new Map(WRITTEN.map((port, index) => [port as string, String(free[index])]))
  const here = (text: string): string => text.replaceAll(/\b\d{4}\b/g, (number) => ports.get(number) ?? number)
  return { here, env: { SIGNET_MQTT__PORT: here('8883'), SIGNET_API__PORT: here('3000') } }
}
