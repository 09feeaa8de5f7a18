import { inBackground } from './app-background.ts'
import type { Pki } from './app-pki.ts'
import type { MqttBroker } from './broker/mqtt-broker.ts'
import type { Logger } from './logger.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'
import type { Registry } from './registry/registry.ts'

export interface SweepParts {
  readonly registry: Pick<Registry, 'revocations' | 'legacy'>
  readonly broker: Pick<MqttBroker, 'endExpired'>
  readonly pki: Pick<Pki, 'renewal' | 'caKeys'>
  readonly revocationLists: Pick<AuthorityLists, 'refresh'>
  /** Sessions and forwarded connections whose right has ended in another way. */
  readonly endOthers: () => Promise<void>
  readonly logger: Logger
}

/** Ends what the clock has ended, and renews what is due: what fails is told, and holds up nothing else. */
export function createSweep({
  registry,
  broker,
  pki,
  revocationLists,
  endOthers,
  logger,
}: SweepParts): () => Promise<void> {
  return async () => {
    const works = [
      registry.revocations.endOverlaps(),
      broker.endExpired(),
      endOthers(),
      registry.legacy.warn(),
      pki.caKeys.recover(),
      pki.renewal.check(),
      revocationLists.refresh(),
    ]
    await Promise.all(works.map((work) => inBackground(work, logger)))
  }
}
