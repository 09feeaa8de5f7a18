import type { CertificateAuthorityCalls } from './api/ports.ts'
import { inBackground } from './app-background.ts'
import type { Pki } from './app-pki.ts'
import { nameKeyAlgorithm } from './ca/key-pair.ts'
import type { EventFeed } from './events.ts'
import type { Logger } from './logger.ts'
import type { RevocationLists } from './registry/revocation-lists.ts'

export interface CaKeyParts {
  readonly pki: Pki
  readonly revocationLists: Pick<RevocationLists, 'refresh'>
  readonly events: EventFeed
  readonly logger: Logger
}

/** The key of the CA as the API knows it; what had to wait for it is done when it is unlocked. */
export function openCaKey(
  { pki, revocationLists, events, logger }: CaKeyParts,
  stack: AsyncDisposableStack,
): CertificateAuthorityCalls {
  const { authority } = pki
  const key = stack.use(pki.caKey)
  key.onChange(() => {
    const { fault } = key
    if (fault) return events.publish('ca.locked', { cause: fault.code })
    events.publish('ca.unlocked', {})
    void inBackground(revocationLists.refresh(), logger)
    void inBackground(pki.renewal.check(), logger)
  })
  return {
    describe: () => ({
      subject: authority.subject,
      fingerprint: authority.fingerprint,
      notAfter: authority.notAfter,
      keyAlgorithm: nameKeyAlgorithm(key.publicKey),
      keyStore: key.kind,
      isProtected: key.isProtected,
      fault: key.fault,
    }),
    unlock: (passphrase) => key.unlock(passphrase),
    lock: () => key.lock(),
  }
}
