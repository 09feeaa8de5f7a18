import type { Clock } from '../clock.ts'
import type { Administrator } from './administrator.ts'
import type { ApiTokens } from './api-tokens.ts'
import { type Certificate, type CertificateState, type RevocationReason, stateOf } from './certificate.ts'
import type { ConsoleSessions } from './console/console-sessions.ts'
import type { Issuance } from './issuance.ts'
import type { AdministratorStore, CertificateStore } from './ports.ts'
import type { Revocations } from './revocations.ts'

export interface AdministratorCertificate {
  readonly administrator: Administrator
  readonly certificate: Certificate
  readonly state: CertificateState
}

export interface AdministratorCertificates {
  issue: Issuance['issueToAdministrator']
  /** Of all administrators in the order of their names, the newest of each first. */
  list(): readonly AdministratorCertificate[]
  /** Every certificate of this administrator, refused from the next request on. Throws `certificate_not_found`. */
  revoke(name: string, reason: RevocationReason): Promise<Date>
  /** What still lets this administrator in, each in words for an operator. */
  thatLetIn(name: string): readonly string[]
}

export interface AdministratorCertificatesOptions {
  readonly issuance: Pick<Issuance, 'issueToAdministrator'>
  readonly revocations: Pick<Revocations, 'revokeAdministrator'>
  readonly administrators: Pick<AdministratorStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'listOf'>
  readonly tokens: Pick<ApiTokens, 'activeOf'>
  readonly consoleSessions: Pick<ConsoleSessions, 'list'>
  /** Whether the API lets somebody in for a token, or a session of the console, alone. */
  readonly tokenSuffices: () => boolean
  readonly clock: Clock
}

export function createAdministratorCertificates(options: AdministratorCertificatesOptions): AdministratorCertificates {
  const { issuance, revocations, administrators, certificates, tokens, consoleSessions, tokenSuffices, clock } = options
  return {
    issue: issuance.issueToAdministrator,
    list() {
      const now = clock()
      return administrators
        .list()
        .flatMap((administrator) =>
          certificates
            .listOf('administrator', administrator.name)
            .map((certificate) => ({ administrator, certificate, state: stateOf(certificate, now) })),
        )
    },
    revoke: async (name, reason) => (await revocations.revokeAdministrator(name, reason)).revokedAt,
    thatLetIn(name) {
      if (!tokenSuffices()) return []
      const sessions = consoleSessions.list().filter((session) => session.name === name)
      return [
        ...tokens.activeOf(name).map(({ id }) => `token ${id}`),
        ...sessions.map(({ id }) => `console session ${id}`),
      ]
    },
  }
}
