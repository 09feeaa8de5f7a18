import { writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import SQLite from 'better-sqlite3'
import { DomainError, type ErrorCode } from '../errors.ts'
import { databaseFailure } from './database-failure.ts'
import type { SnapshotFigures } from './snapshot.ts'
import { countMessages, countRegistry } from './snapshot-figures.ts'

export interface CopyPlan {
  readonly file: string
  /** Where the copy goes; there is no such file yet. */
  readonly copy: string
}

export interface SnapshotRequest {
  readonly registry: CopyPlan
  readonly messages: CopyPlan
}

export type SnapshotAnswer =
  | { readonly figures: SnapshotFigures }
  | { readonly code: ErrorCode; readonly sentence: string }

// 8 MiB a step: in this thread only the thread itself is held.
const PAGES_A_STEP = 2048

export async function answerSnapshot({ registry, messages }: SnapshotRequest): Promise<SnapshotAnswer> {
  using stack = new DisposableStack()
  try {
    // Both at one moment, as far as two files can be: from here on neither sees what others write.
    const sources = [registry, messages].map((plan) => ({ ...plan, source: openSource(plan.file, stack) }))
    for (const { source, copy } of sources) await copyFrom(source, copy)
    return {
      figures: { registry: countIn(registry.copy, countRegistry), messages: countIn(messages.copy, countMessages) },
    }
  } catch (error) {
    const named = databaseFailure(registry.copy, error)
    if (named instanceof DomainError) return { code: named.code, sentence: named.message }
    throw error
  }
}

/** A connection of its own, in a read transaction: what is written from now on stays in the log behind it. */
function openSource(file: string, stack: DisposableStack): SQLite.Database {
  const source = stack.adopt(new SQLite(file, { fileMustExist: true, timeout: 5_000 }), (open) => void open.close())
  source.exec('begin; select count(*) from sqlite_master')
  return source
}

async function copyFrom(source: SQLite.Database, copy: string): Promise<void> {
  writeFileSync(copy, '', { mode: 0o600, flag: 'wx' })
  await source.backup(copy, { progress: () => PAGES_A_STEP })
}

function countIn<Figures>(file: string, count: (sqlite: SQLite.Database) => Figures): Figures {
  using stack = new DisposableStack()
  const sqlite = stack.adopt(new SQLite(file, { fileMustExist: true }), (open) => void open.close())
  // One file, without a log beside it, is what is to be archived.
  sqlite.pragma('journal_mode = delete')
  return count(sqlite)
}

// None in the thread of the hub.
if (parentPort) parentPort.postMessage(await answerSnapshot(workerData))
