import { type FileHandle, open } from 'node:fs/promises'

/** The file that SQLite commits into, so that the wait for the disk is another thread's and not the event loop's. */
export class WriteAheadLog implements Disposable {
  readonly #path: string
  #opened: Promise<FileHandle> | undefined

  /** Of a database that stays open as long: SQLite keeps the one file from its first commit to its end. */
  constructor(databaseFile: string) {
    this.#path = `${databaseFile}-wal`
  }

  /** Resolves once all that was committed before is on the disk. */
  async sync(): Promise<void> {
    // For writing too: Windows flushes nothing that was opened for reading.
    this.#opened ??= open(this.#path, 'r+')
    const handle = await this.#opened
    await handle.datasync()
  }

  [Symbol.dispose](): void {
    // Waits for what is under way; of one that could not be opened, `sync` has told.
    this.#opened?.then(
      (handle) => handle.close(),
      () => undefined,
    )
  }
}
