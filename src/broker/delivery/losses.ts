/** Why a message did not reach somebody it matched. */
export const LOSS_REASONS = [
  'backlog',
  'policy',
  'queue_age',
  'queue_bytes',
  'queue_messages',
  'retained_bytes',
  'retained_messages',
] as const

export type LossReason = (typeof LOSS_REASONS)[number]

/** How many messages were lost by each bound. */
export class Losses {
  // The entries are those of the list: TypeScript forgets that.
  readonly #counts = Object.fromEntries(LOSS_REASONS.map((reason) => [reason, 0])) as Record<LossReason, number>
  readonly #onLoss: (reason: LossReason, clientId: string) => void

  constructor(onLoss: (reason: LossReason, clientId: string) => void) {
    this.#onLoss = onLoss
  }

  count(reason: LossReason, clientId: string): void {
    this.#counts[reason]++
    this.#onLoss(reason, clientId)
  }

  of(reason: LossReason): number {
    return this.#counts[reason]
  }
}
