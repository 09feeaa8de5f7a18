import type { Identity } from '../../registry/identity.ts'
import type { Acceptance } from './acceptance.ts'
import type { DeliveryStores } from './ports.ts'
import { StoreFull } from './store-full.ts'

export interface LeftWillsOptions {
  readonly stores: Pick<DeliveryStores, 'wills' | 'journal'>
  readonly acceptance: Acceptance
  /** Who connected with this certificate, while it is neither revoked nor its owner suspended or gone. */
  readonly identityOf: (fingerprint: string) => Identity | undefined
  readonly mayPublish: (identity: Identity, topicName: string) => boolean
}

/** Publishes the wills of those whose connections ended with the last process, once; resolves when that is committed. */
export async function publishLeftWills(options: LeftWillsOptions): Promise<void> {
  const { stores, acceptance, identityOf, mayPublish } = options
  const { wills, journal } = stores
  const published = wills.list().map(({ clientId, fingerprint, packet }) => {
    const remove = (): void => wills.remove(clientId)
    const identity = fingerprint === undefined ? undefined : identityOf(fingerprint)
    if (!identity || !mayPublish(identity, packet.topic)) {
      journal.writeSurely(remove)
      return undefined
    }
    return new Promise<void>((resolve, reject) => {
      const beside = (): void => journal.write(remove)
      acceptance.accept(packet, { clientId, beside }, (error) => {
        // Kept for the next start: a hub that did not start could not deliver what fills the store.
        if (error && !(error instanceof StoreFull)) reject(error)
        else resolve()
      })
    })
  })
  await Promise.all(published)
}
