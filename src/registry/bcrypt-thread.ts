import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BcryptAnswer, BcryptQuestion } from './bcrypt-worker.ts'

/** Whether the text is the password behind a hash in the modular crypt form. */
export type CompareBcrypt = (password: string, digest: string) => Promise<boolean>

// This file's own extension: the package holds JavaScript where the repository holds TypeScript.
const SCRIPT = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url)

/** Where bcrypt is computed, which takes a quarter of a second and more: a thread that the first question starts. */
export class BcryptThread implements AsyncDisposable {
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>()
  #lastId = 0
  #worker: Worker | undefined
  #isClosed = false

  /** Rejects when the thread ends before it has answered. */
  readonly compare: CompareBcrypt = async (password, digest) => {
    if (this.#isClosed) throw new Error('The thread that compares passwords is closed')
    this.#worker ??= this.#start()
    const id = ++this.#lastId
    const answer = Promise.withResolvers<boolean>()
    this.#waiting.set(id, answer)
    this.#worker.postMessage({ id, password, digest } satisfies BcryptQuestion)
    return answer.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await this.#worker?.terminate()
  }

  #start(): Worker {
    // The flags of the process are meant for its own script.
    const worker = new Worker(SCRIPT, { execArgv: [] })
    worker.on('message', ({ id, isRight }: BcryptAnswer) => {
      this.#waiting.get(id)?.resolve(isRight)
      this.#waiting.delete(id)
    })
    worker.once('error', (error) => this.#abandon(worker, error))
    worker.once('exit', () => this.#abandon(worker, new Error('The thread that compares passwords has ended')))
    // It keeps no process alive that has nothing else to do; after the listeners, which would take that back.
    worker.unref()
    return worker
  }

  /** The next question starts another. */
  #abandon(worker: Worker, reason: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}
