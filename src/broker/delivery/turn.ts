import type { Journal } from './ports.ts'

interface Pumped {
  pump(): void
  /** What it took in since the last turn was not kept. */
  rollBack(): void
}

interface Flushed {
  flush(): void
}

/** One round of the event loop: sockets are read, what must be kept is written; then commit, acknowledge, send. */
export class Turn {
  readonly #journal: Pick<Journal, 'settled'>
  readonly #pumped = new Set<Pumped>()
  readonly #flushed = new Set<Flushed>()

  constructor(journal: Pick<Journal, 'settled'>) {
    this.#journal = journal
  }

  settled(callback: (error?: Error) => void): void {
    this.#journal.settled(callback)
  }

  /** Right after the commit: what is sent then is kept. */
  pumpLater(session: Pumped): void {
    if (this.#pumped.size === 0) this.#journal.settled((error) => this.#pumpAll(error))
    this.#pumped.add(session)
  }

  flushLater(outbox: Flushed): void {
    if (this.#flushed.size === 0) setImmediate(() => this.#flushAll())
    this.#flushed.add(outbox)
  }

  #pumpAll(error?: Error): void {
    const sessions = [...this.#pumped]
    this.#pumped.clear()
    for (const session of sessions) {
      if (error) session.rollBack()
      session.pump()
    }
  }

  #flushAll(): void {
    const outboxes = [...this.#flushed]
    this.#flushed.clear()
    for (const outbox of outboxes) outbox.flush()
  }
}
