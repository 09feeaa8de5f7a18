import { identityFields } from '../log-fields.ts'
import type { Logger } from '../logger.ts'
import { isLoopbackAddress } from '../loopback.ts'
import type { Identity } from '../registry/identity.ts'
import type { HoldingBan } from './bans.ts'
import type { BoundReports } from './bound-reports.ts'
import type { Connection } from './connection.ts'
import type { FlappingBans } from './flapping.ts'
import type { AccessRules } from './ports.ts'

export interface FlappingWatchOptions {
  readonly bans: FlappingBans
  readonly access: AccessRules
  readonly reports: Pick<BoundReports, 'reached'>
  readonly logger: Logger
}

/** Whose lost connections count, and who is held to a ban. */
export interface FlappingWatch {
  /** Of a connection that was lost, or refused. */
  countEnd(connection: Connection, identity: Identity): void
  /** None for who may connect. */
  banOf(connection: Connection, identity: Identity): HoldingBan | undefined
}

export function watchFlapping({ bans, access, reports, logger }: FlappingWatchOptions): FlappingWatch {
  return {
    countEnd(connection, identity) {
      try {
        const isBanned = !isExempt(connection, identity) && bans.count(identity, connection) !== undefined
        if (isBanned) reports.reached('flapping_connects', `${identity.kind}:${identity.id}`)
      } catch (error) {
        logger.error(
          { component: 'broker', err: error, ...identityFields(identity) },
          'A lost connection could not be counted',
        )
      }
    },
    banOf(connection, identity) {
      const until = bans.until(identity)
      return until && !isExempt(connection, identity) ? { cause: 'flapping', until } : undefined
    },
  }

  /** Behind a gateway's client ids, on this machine, or without a name, many clients come and go as one identity. */
  function isExempt({ address }: Connection, identity: Identity): boolean {
    return identity.kind === 'anonymous' || isLoopbackAddress(address) || access.policyOf(identity).anyClientId
  }
}
