import { readCertificateNames } from '../../../identifiers.ts'
import type { Query } from '../../hub/api-client.ts'

type Filters = Readonly<Record<string, string>>

export const FILTERS = ['q', 'device', 'state', 'kind', 'ends', 'latest'] as const

const DAY_MS = 86_400_000

/** The filters of the address as the API takes them; undefined: what is searched for can be no name of a certificate. */
export function queryOf({ q, device, state, kind, ends, latest }: Filters, now: Date): Query | undefined {
  const names = readCertificateNames(q ?? '')
  if (q && Object.keys(names).length === 0) return undefined
  return { ...names, deviceId: device, state, kind, latest, ...(Number(ends) > 0 ? within(Number(ends), now) : {}) }
}

function within(days: number, now: Date): Query {
  const end = new Date(now.getTime() + days * DAY_MS)
  return { expiresAfter: now.toISOString(), expiresBefore: end.toISOString() }
}

export function isFiltered(filters: Filters): boolean {
  return FILTERS.some((name) => Boolean(filters[name]))
}
