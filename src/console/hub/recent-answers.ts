/** The last answer of each address, for who would ask the same again a moment later. */
export interface RecentAnswers {
  /** What `ask` gives, or what it gave for this address no longer ago than this. */
  find<Answer>(address: string, noOlderMs: number, ask: () => Promise<Answer>): Promise<Answer>
  /** Something was changed: none of them is to be trusted any more. */
  forget(): void
}

interface Recent {
  readonly since: number
  readonly answer: Promise<unknown>
}

export function createRecentAnswers(): RecentAnswers {
  const kept = new Map<string, Recent>()
  return {
    find<Answer>(address: string, noOlderMs: number, ask: () => Promise<Answer>): Promise<Answer> {
      const now = performance.now()
      const before = kept.get(address)
      if (before && now - before.since < noOlderMs) return before.answer as Promise<Answer>
      const answer = ask()
      const mine = { since: now, answer }
      kept.set(address, mine)
      answer.catch(() => {
        if (kept.get(address) === mine) kept.delete(address)
      })
      return answer
    },
    forget: () => kept.clear(),
  }
}
