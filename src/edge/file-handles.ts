import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import type { Logger } from '../logger.ts'

export interface FileHandlesOptions {
  readonly logger: Pick<Logger, 'error' | 'info'>
  readonly tryOpen?: () => void
}

const EXHAUSTED: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE'])

/** Whether the process may open another file or socket: without one Node closes new connections and tells nobody. */
export class FileHandles {
  readonly #options: FileHandlesOptions
  #areFree = true

  constructor(options: FileHandlesOptions) {
    this.#options = options
  }

  /** Tries, and tells a change once. */
  readonly areFree = (): boolean => {
    const areFree = succeeds(this.#options.tryOpen ?? openNothing)
    if (areFree !== this.#areFree) this.#tell(areFree)
    this.#areFree = areFree
    return areFree
  }

  #tell(areFree: boolean): void {
    const { logger } = this.#options
    if (areFree) logger.info({ component: 'hub' }, 'File handles are free again')
    else logger.error({ component: 'hub' }, 'No file handles are left: new connections are closed. Raise "ulimit -n"')
  }
}

function openNothing(): void {
  closeSync(openSync(devNull, 'r'))
}

function succeeds(tryOpen: () => void): boolean {
  try {
    tryOpen()
    return true
  } catch (error) {
    // Whatever else went wrong, it had a handle for it.
    return !EXHAUSTED.has((error as NodeJS.ErrnoException).code)
  }
}
