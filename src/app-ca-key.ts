import type { CertificateAuthorityCalls } from './api/ports.ts'
import { inBackground } from './app-background.ts'
import type { Pki } from './app-pki.ts'
import { nameKeyAlgorithm } from './ca/key-pair.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { AuthorityLists } from './registry/authority-lists.ts'

export interface CaKeyParts {
  readonly pki: Pki
  readonly revocationLists: Pick<AuthorityLists, 'refresh'>
  readonly events: EventFeed
  readonly logger: Logger
}

/** The keys of the CAs as the API knows them; what had to wait for them is done when they are unlocked. */
export function openCaKey(
  { pki, revocationLists, events, logger }: CaKeyParts,
  stack: AsyncDisposableStack,
): CertificateAuthorityCalls {
  const keys = stack.use(pki.caKeys)
  keys.onChange(() => {
    const { fault } = keys
    if (fault) return events.publish('ca.locked', { cause: fault.code })
    events.publish('ca.unlocked', {})
    void inBackground(revocationLists.refresh(), logger)
    void inBackground(pki.renewal.check(), logger)
  })
  return {
    describe() {
      const { authority } = pki
      const { current } = keys
      return {
        subject: authority.subject,
        fingerprint: authority.fingerprint,
        notAfter: authority.notAfter,
        keyAlgorithm: nameKeyAlgorithm(current.publicKey),
        keyStore: current.kind,
        isProtected: current.isProtected,
        fault: keys.fault,
      }
    },
    unlock: (passphrase) => keys.unlock(passphrase),
    lock: () => keys.lock(),
  }
}
