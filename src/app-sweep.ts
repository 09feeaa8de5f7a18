import { inBackground } from './app-background.ts'
import type { ScheduledBackups } from './app-backup-schedule.ts'
import type { FleetCare } from './app-fleet.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'
import type { AuditTrail } from './registry/audit/audit-trail.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'
import type { Registry } from './registry/registry.ts'

export interface SweepParts {
  readonly config: Config
  readonly audit: Pick<AuditTrail, 'forgetBefore'>
  readonly clock: Clock
  readonly registry: Pick<Registry, 'revocations' | 'legacy' | 'signIns' | 'consoleSessions'>
  readonly broker: Pick<MqttBroker, 'endExpired'>
  readonly pki: Pick<Pki, 'renewal' | 'caKeys'>
  readonly revocationLists: Pick<AuthorityLists, 'refresh'>
  readonly fleet: Pick<FleetCare, 'sweep'>
  readonly scheduled: Pick<ScheduledBackups, 'check'>
  /** Sessions and forwarded connections whose right has ended in another way. */
  readonly endOthers: () => Promise<void>
  readonly logger: Logger
}

/** Ends what the clock has ended, and renews what is due: what fails is told, and holds up nothing else. */
export function createSweep({
  config,
  audit,
  clock,
  registry,
  broker,
  pki,
  revocationLists,
  fleet,
  scheduled,
  endOthers,
  logger,
}: SweepParts): () => Promise<void> {
  return async () => {
    const works = [
      audit.forgetBefore(new Date(clock().getTime() - config.audit.keep * 1000)),
      forgetSignIns(),
      registry.revocations.endOverlaps(),
      broker.endExpired(),
      endOthers(),
      registry.legacy.warn(),
      pki.caKeys.recover(),
      pki.renewal.check(),
      revocationLists.refresh(),
      fleet.sweep(),
      scheduled.check(),
    ]
    await Promise.all(works.map((work) => inBackground(work, logger)))
  }

  // Async: a database that is locked is told like every other failure here, and ends no sweep.
  async function forgetSignIns(): Promise<void> {
    registry.signIns.sweep()
    registry.consoleSessions.sweep()
  }
}
