import { type StatsFs, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type SQLite from 'better-sqlite3'

const MIB = 1024 * 1024
// SQLite copies the log into the database at 1,000 pages of 4 KiB, and what a turn writes comes on top.
const LOG_BYTES = 5 * MIB
// What is written between two looks at the disk is less.
const TIGHT_BYTES = 256 * MIB
const TURNS_BETWEEN_LOOKS = 16

type ReadDisk = (path: string) => Pick<StatsFs, 'bavail' | 'blocks' | 'bsize'>

/**
 * Ends the growth of a database before its disk is full: with a log in front of it (https://sqlite.org/wal.html) not even
 * a row could be deleted then. Pages that were freed are written again, whatever the disk has left.
 */
export class DiskRoom {
  readonly #sqlite: SQLite.Database
  readonly #file: string
  readonly #mostPages: number
  readonly #pageBytes: number
  readonly #readDisk: ReadDisk
  #turns = 0
  #isTight = true

  /** `mostPages`: of the database, however large the disk. */
  constructor(sqlite: SQLite.Database, file: string, mostPages: number, readDisk: ReadDisk = statfsSync) {
    this.#sqlite = sqlite
    this.#mostPages = mostPages
    this.#readDisk = readDisk
    this.#file = file
    this.#pageBytes = Number(sqlite.pragma('page_size', { simple: true }))
  }

  /** Before a turn's transaction; looks rarely while there is plenty. */
  look(): void {
    this.#turns++
    if (!this.#isTight && this.#turns % TURNS_BETWEEN_LOOKS > 0) return
    const { bavail, blocks, bsize } = this.#readDisk(dirname(this.#file))
    // Some network file systems do not tell.
    if (blocks === 0) return
    const room = bavail * bsize - Math.max(0, LOG_BYTES - sizeOf(`${this.#file}-wal`))
    const pages = Math.floor((sizeOf(this.#file) + room) / this.#pageBytes)
    // Never below the pages there are: SQLite sees to it.
    this.#sqlite.pragma(`max_page_count = ${Math.max(1, Math.min(pages, this.#mostPages))}`)
    this.#isTight = room < TIGHT_BYTES
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
