import type { BackupSummary } from '../ports.ts'
import { renderFields } from './table.ts'

/** What a backup holds, a line each. */
export function renderSummary(
  file: string,
  { createdAt, version, ca, registry, messages, notIncluded }: BackupSummary,
): string {
  const fields: [string, string][] = [
    ['Backup', file],
    ['Made at', `${createdAt} by Signet ${version}`],
    ['CA', ca.fingerprint],
    ['CA key', tellIncluded(ca.hasKey)],
  ]
  if (ca.hasRootKey !== undefined) fields.push(['Root key', tellIncluded(ca.hasRootKey)])
  if (registry) {
    const { devices, services, certificates, revoked } = registry
    fields.push(['Devices', `${devices}, services ${services}`])
    fields.push(['Certificates', `${certificates}, revoked ${revoked}`])
  }
  if (messages) fields.push(['Sessions', `${messages.sessions}, queued messages ${messages.queued}`])
  return `${renderFields(fields)}${notIncluded.map((sentence) => `${sentence}\n`).join('')}`
}

function tellIncluded(isIncluded: boolean): string {
  return isIncluded ? 'included' : 'not included'
}
