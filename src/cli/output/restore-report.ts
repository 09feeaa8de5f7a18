import { join } from 'node:path'
import type { Named, RestoreReport } from '../ports.ts'
import { renderSummary } from './backup-summary.ts'
import { formatCommandLine, formatPath } from './command-line.ts'

export interface RestoreContext {
  readonly file: string
  readonly cwd: string
  readonly contents: 'hub' | 'ca'
  readonly isPreview: boolean
}

/** What a restore has done, or would do, a line each. */
export function renderRestore(report: RestoreReport, context: RestoreContext): string {
  const lines = [
    ...renderSummary(context.file, report.backup).trimEnd().split('\n'),
    ...(context.contents === 'hub' ? describeLosses(report, context.isPreview) : []),
    ...(context.isPreview ? report.obstacles.map(({ sentence }) => `Needs --force: ${sentence}`) : []),
    ...(context.isPreview ? ['Nothing was changed'] : describeAside(report, context.cwd)),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function describeLosses({ losses, messages }: RestoreReport, isPreview: boolean): readonly string[] {
  const lost = isPreview ? 'Would be lost' : 'Lost'
  const tell = (what: string, { count, names }: Named): readonly string[] => {
    if (count === 0) return []
    const more = count > names.length ? `, and ${count - names.length} more` : ''
    return [`${what}: ${count} (${names.join(', ')}${more})`]
  }
  const stored = messages ? [`${lost}, sessions: ${messages.sessions}, queued messages ${messages.queued}`] : []
  if (!losses) return stored
  return [
    ...tell(`${lost}, devices`, losses.devices),
    ...tell(`${lost}, services`, losses.services),
    ...tell(`${lost}, administrators`, losses.administrators),
    ...tell(`${lost}, policies as they are now`, losses.policies),
    ...(losses.tokens === 0 ? [] : [`${lost}, tokens: ${losses.tokens}`]),
    ...stored,
    ...tell('Revoked, because issued since', losses.certificates),
    ...tell('Revoked since, and stays so', losses.revoked),
    ...tell('Suspended since, and stays so', losses.suspended),
    ...tell('Removed or given away since, comes back suspended', losses.removed),
  ]
}

function describeAside({ aside, folders }: RestoreReport, cwd: string): readonly string[] {
  const kept = [aside.data, aside.certs].filter((folder) => folder !== undefined)
  if (kept.length === 0) return ['Restored: start the hub']
  const logs = ['hub.db-wal', 'hub.db-shm', 'mqtt.db-wal', 'mqtt.db-shm']
  const back = [
    ...(aside.data === undefined
      ? []
      : [['rm', '-f', ...logs.map((name) => formatPath(join(folders.data, name), cwd))]]),
    ...(aside.data === undefined ? [] : [moveBack(aside.data, folders.data, cwd)]),
    ...(aside.certs === undefined ? [] : [moveBack(aside.certs, folders.certs, cwd)]),
  ]
  return [
    `Restored: start the hub. What was there before is kept in ${kept.map((folder) => formatPath(folder, cwd)).join(' and ')}`,
    'To take it back, which forgets what is revoked from now on, stop the hub and run:',
    ...back.map((words) => formatCommandLine(words)),
  ]
}

function moveBack(aside: string, folder: string, cwd: string): readonly string[] {
  return ['cp', '-Rp', `${formatPath(aside, cwd)}/.`, `${formatPath(folder, cwd)}/`]
}
