export type Tell<Reason extends string> = (reason: Reason, subject: string, count: number) => void

// Past it, what is new is told of all its subjects together.
const CAPACITY = 10_000
const OTHERS = 'others'

interface Notice<Reason> {
  readonly reason: Reason
  readonly subject: string
  untold: number
}

/** What may repeat without end, told when it begins and then once a minute with its count, by reason and whom it concerns. */
export class Notices<Reason extends string> {
  readonly #tell: Tell<Reason>
  readonly #capacity: number
  readonly #notices = new Map<string, Notice<Reason>>()

  constructor(tell: Tell<Reason>, capacity = CAPACITY) {
    this.#tell = tell
    this.#capacity = capacity
  }

  note(reason: Reason, subject: string, count = 1): void {
    const known = this.#notices.get(`${reason}\n${subject}`)
    if (known) known.untold += count
    else if (this.#notices.size >= this.#capacity && subject !== OTHERS) this.note(reason, OTHERS, count)
    else {
      this.#notices.set(`${reason}\n${subject}`, { reason, subject, untold: 0 })
      this.#tell(reason, subject, count)
    }
  }

  /** To be called once a minute. */
  sweep(): void {
    for (const [key, notice] of this.#notices) {
      const { reason, subject, untold } = notice
      if (untold === 0) this.#notices.delete(key)
      else this.#tell(reason, subject, untold)
      notice.untold = 0
    }
  }
}
