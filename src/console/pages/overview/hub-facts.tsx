import type { ComponentChildren } from 'preact'
import { formatDuration, formatOctets } from '../../format.ts'
import type { OverviewAnswer } from '../../hub/answers.ts'
import { counted, formatNumber, read } from '../../language.ts'
import { Moment } from '../../parts/moment.tsx'
import { OVERVIEW_TEXT } from './overview-text.ts'

/** The process itself: what it is, what it uses, when it was copied last. */
export function HubFacts({ overview }: { readonly overview: OverviewAnswer }) {
  const words = read(OVERVIEW_TEXT)
  const { version, modes, uptimeSeconds, process: load, disk, databaseBytes, lastBackupAt, queued } = overview
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [words.version, version],
    [words.mode, words.modes(modes.mqtt, modes.api)],
    [words.uptime, formatDuration(uptimeSeconds)],
    [words.memory, formatOctets(load.rss)],
    [words.delay, load.eventLoopDelay && `${formatNumber(load.eventLoopDelay.p99, 1)} ${words.milliseconds}`],
    [words.disk, disk && words.diskOf(formatOctets(disk.free), formatOctets(disk.total))],
    [words.database, databaseBytes !== null && formatOctets(databaseBytes)],
    [words.queued, `${counted(queued.messages, words.queuedMessages)}, ${formatOctets(queued.bytes)}`],
    [words.lastBackup, lastBackupAt === null ? words.noBackup : <Moment at={lastBackupAt} />],
  ]
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  )
}
