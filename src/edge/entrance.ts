import type { Socket } from 'node:net'
import type { RecordRefusal, Surface } from '../refusal.ts'
import { readAddress } from './address.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import type { OpenSockets } from './open-sockets.ts'

/** A TCP connection that was let in and counted. */
export interface Entrant {
  readonly raw: Socket
  readonly address: string
  markOpen(): void
}

export interface EntranceOptions {
  readonly surface: Surface
  readonly limits: ConnectionLimits
  readonly sockets: OpenSockets
  readonly recordRefusal: RecordRefusal
  readonly onEntrant: (entrant: Entrant) => void
}

/** What a listener calls for each socket: counts it in, or closes it and says which limit it met. */
export function createEntrance({
  surface,
  limits,
  sockets,
  recordRefusal,
  onEntrant,
}: EntranceOptions): (raw: Socket) => Promise<void> {
  return async function enter(raw) {
    const address = readAddress(raw)
    sockets.add(raw)
    // The parts that the socket is handed to listen for errors themselves; until then, and after, one must not end the process.
    raw.on('error', () => raw.destroy())
    const slot = await limits.take(address)
    if (typeof slot === 'string') {
      recordRefusal({ address, surface, cause: slot })
      raw.resetAndDestroy()
      return
    }
    raw.once('close', slot.release)
    if (raw.destroyed) {
      slot.release()
      return
    }
    onEntrant({ raw, address, markOpen: slot.markOpen })
  }
}
