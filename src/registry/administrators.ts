import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import { parseId } from '../identifiers.ts'
import type { Administrator } from './administrator.ts'
import type { Role } from './api-token.ts'
import type { AdministratorStore } from './ports.ts'

/** Who may be asked for a certificate of the API, and with which role. */
export interface Administrators {
  /** Throws `invalid_id`, or `case_conflict` for a name that differs from another only in case. */
  requireName(name: string): void
  /** Makes an administrator, or gives the existing one this role; without one it keeps its own, and a new one is `admin`. */
  ensure(name: string, role: Role | undefined): Administrator
}

export interface AdministratorsOptions {
  readonly administrators: AdministratorStore
  readonly clock: Clock
}

export function createAdministrators({ administrators, clock }: AdministratorsOptions): Administrators {
  return {
    requireName,
    ensure(name, role) {
      requireName(name)
      const known = administrators.find(name)
      if (known && (role === undefined || role === known.role)) return known
      const administrator = { name, role: role ?? 'admin', createdAt: known?.createdAt ?? clock() }
      administrators.save(administrator)
      return administrator
    },
  }

  function requireName(name: string): void {
    const alike = administrators.find(parseId(name, 'administrator'))
    if (!alike || alike.name === name) return
    throw new DomainError(
      'case_conflict',
      `There is an administrator ${alike.name}: names that differ only in case are one`,
    )
  }
}
