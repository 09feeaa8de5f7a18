import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

export interface FileHandlesOptions {
  readonly onExhausted: () => void
  readonly onFree: () => void
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
  areFree(): boolean {
    const { tryOpen = openNothing, onExhausted, onFree } = this.#options
    const areFree = succeeds(tryOpen)
    if (areFree !== this.#areFree) (areFree ? onFree : onExhausted)()
    this.#areFree = areFree
    return areFree
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
