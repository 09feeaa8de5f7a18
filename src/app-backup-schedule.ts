import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ReadinessCheck } from './api/ports.ts'
import type { Backups } from './app-backup.ts'
import { saveArchive } from './backup/archive-file.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { nextRun } from './config-schedule.ts'
import { DomainError } from './errors.ts'
import type { EventFeed } from './events.ts'
import type { ReadinessWarning } from './finding.ts'
import type { Logger } from './logger.ts'
import type { AuditTrail } from './registry/audit/audit-trail.ts'
import { createWarning } from './registry/diagnosis/finding-text.ts'

export interface ScheduleParts {
  readonly backups: Backups
  readonly audit: Pick<AuditTrail, 'note'>
  readonly events: EventFeed
  readonly clock: Clock
  readonly logger: Logger
}

const RETRY_MS = 600_000

/** Backups that the hub makes by itself, as `backup.*` says at each look. */
export class ScheduledBackups implements AsyncDisposable {
  readonly #config: Config
  readonly #parts: ScheduleParts
  #lastAt: Date | undefined
  #failedAt: Date | undefined
  #running: Promise<void> | undefined

  constructor(config: Config, parts: ScheduleParts) {
    this.#config = config
    this.#parts = parts
  }

  /** When the newest one in the folder was made; its age is what to watch. Undefined: there is none. */
  get lastAt(): Date | undefined {
    return this.#lastAt
  }

  /** For /readyz: a hub without its backup does its work. */
  get readiness(): ReadinessCheck {
    return { name: 'backup', isReady: () => true, warning: () => this.#warning() }
  }

  /** Makes one where that is due, and removes the oldest; resolves when that is done, and tells in the log what failed. */
  check(): Promise<void> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.backups.stop()
    await this.#running
  }

  async #check(): Promise<void> {
    const { schedule, passphrase } = this.#config.backup
    if (schedule === undefined || passphrase === undefined) return
    const { clock, events, logger } = this.#parts
    const now = clock()
    if (this.#failedAt && now.getTime() - this.#failedAt.getTime() < RETRY_MS) return
    const folder = resolve(this.#config.backup.folder)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const [newest] = await listBackups(folder, this.#parts.backups.prefix)
      this.#lastAt = newest?.madeAt
      // A hub that has none yet makes one at once: what is wrong with its folder shows then.
      if (newest && nextRun(schedule, newest.madeAt) > now) return
      await this.#make(folder, passphrase)
      this.#failedAt = undefined
    } catch (err) {
      if (err instanceof DomainError && err.code === 'hub_stopping') return
      this.#failedAt = now
      logger.error({ component: 'backup', err, folder }, 'Backup failed')
      events.publish('backup.failed', { reason: err instanceof DomainError ? err.message : 'unexpected' })
    }
  }

  async #make(folder: string, passphrase: string): Promise<void> {
    const { backups, audit, events, logger } = this.#parts
    const { stream, fileName, octets } = await backups.make('hub', passphrase)
    await saveArchive(stream, join(folder, fileName), passphrase)
    audit.note({ action: 'backup', object: fileName })
    const [newest, ...older] = await listBackups(folder, backups.prefix)
    this.#lastAt = newest?.madeAt
    logger.info({ component: 'backup', folder, fileName, octets }, 'Backup made')
    events.publish('backup.made', { fileName, octets })
    for (const { name } of older.slice(this.#config.backup.keep - 1)) await rm(join(folder, name), { force: true })
  }

  #warning(): ReadinessWarning | undefined {
    const { schedule } = this.#config.backup
    if (schedule === undefined) return undefined
    // Anybody may ask: what is wrong is for the log.
    if (this.#failedAt) return createWarning('backup_failed', {})
    if (!this.#lastAt) return createWarning('backup_missing', {})
    const isOverdue = nextRun(schedule, nextRun(schedule, this.#lastAt)) < this.#parts.clock()
    return isOverdue ? createWarning('backup_overdue', { at: this.#lastAt.toISOString() }) : undefined
  }
}

interface KeptBackup {
  readonly name: string
  readonly madeAt: Date
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)Z\.backup$/

/** Those of this hub, the newest first; what else lies in the folder is left alone. */
async function listBackups(folder: string, prefix: string): Promise<readonly KeptBackup[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix))
  const kept = names.flatMap((name) => {
    const [, hour, minute, second] = TIME.exec(name.slice(prefix.length)) ?? []
    return hour === undefined ? [] : [{ name, madeAt: new Date(`${hour}:${minute}:${second}Z`) }]
  })
  return kept.sort((one, other) => other.madeAt.getTime() - one.madeAt.getTime())
}
