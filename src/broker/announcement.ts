import type { EventFeed } from '../events.ts'
import type { Connection } from './connection.ts'
import type { FlappingWatch } from './flapping-watch.ts'
import type { Traffic } from './traffic.ts'

export interface AnnouncementOptions {
  readonly events: EventFeed
  readonly traffic: Pick<Traffic, 'countArrival' | 'countDeparture'>
  readonly flapping: Pick<FlappingWatch, 'countEnd'>
}

/** To be called of each connection whose CONNECT was accepted: tells the hub of it, and of its end. */
export function announceTo({ events, traffic, flapping }: AnnouncementOptions): (connection: Connection) => void {
  return (connection) => {
    const { session, address } = connection
    if (!session) return
    const { kind, id } = session.identity
    const { clientId } = session
    traffic.countArrival()
    events.publish('device.connected', { kind, id, clientId, address })
    void connection.closed.then(() => {
      if (connection.isLost) flapping.countEnd(connection, session.identity)
      traffic.countDeparture()
      const reason = connection.cutReason ?? connection.disconnectReason
      events.publish('device.disconnected', { kind, id, clientId, reason })
    })
  }
}
