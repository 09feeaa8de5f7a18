import type { EventFeed } from '../events.ts'
import { identityFields } from '../log-fields.ts'
import type { Logger } from '../logger.ts'
import type { Connection, Session } from './connection.ts'
import type { FlappingWatch } from './flapping-watch.ts'
import type { Traffic } from './traffic.ts'

export interface AnnouncementOptions {
  readonly events: EventFeed
  readonly traffic: Pick<Traffic, 'countArrival' | 'countDeparture'>
  readonly flapping: Pick<FlappingWatch, 'countEnd'>
  readonly logger: Pick<Logger, 'info'>
}

/** To be called of each connection whose CONNECT was accepted: tells the hub of it, and of its end. */
export function announceTo({ events, traffic, flapping, logger }: AnnouncementOptions) {
  return (connection: Connection, { identity, clientId }: Session): void => {
    const { kind, id } = identity
    const { address, surface, fingerprint } = connection
    const client = { component: 'broker', ...identityFields(identity), clientId, address, surface }
    traffic.countArrival()
    events.publish('device.connected', { kind, id, clientId, address })
    logger.info({ ...client, fingerprint }, 'Client connected')
    void connection.closed.then(() => {
      if (connection.isLost) flapping.countEnd(connection, identity)
      traffic.countDeparture()
      const reason = connection.cutReason ?? connection.disconnectReason
      events.publish('device.disconnected', { kind, id, clientId, reason })
      logger.info({ ...client, reason, ...connection.endedBy }, 'Client disconnected')
    })
  }
}
