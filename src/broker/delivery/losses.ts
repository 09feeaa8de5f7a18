/** Why a message did not reach somebody it matched. */
export const LOSS_REASONS = [
  'backlog',
  'policy',
  'queue_age',
  'queue_bytes',
  'queue_messages',
  'retained_bytes',
  'retained_messages',
  'session_expiry',
  'store_bytes',
] as const

export type LossReason = (typeof LOSS_REASONS)[number]

export type OwedLossReason = Exclude<LossReason, 'backlog' | 'policy'>

/** Whether it was owed to somebody: QoS 0 past a backlog is not, nor what may not be read any more. */
export function wasOwed(reason: LossReason): reason is OwedLossReason {
  return reason !== 'backlog' && reason !== 'policy'
}

/** How many messages were lost by each bound. */
export class Losses {
  // The entries are those of the list: TypeScript forgets that.
  readonly #counts = Object.fromEntries(LOSS_REASONS.map((reason) => [reason, 0])) as Record<LossReason, number>
  readonly #onLoss: (reason: LossReason, clientId: string, messages: number) => void

  constructor(onLoss: (reason: LossReason, clientId: string, messages: number) => void) {
    this.#onLoss = onLoss
  }

  count(reason: LossReason, clientId: string, messages = 1): void {
    this.#counts[reason] += messages
    this.#onLoss(reason, clientId, messages)
  }

  of(reason: LossReason): number {
    return this.#counts[reason]
  }

  /** By each reason since the start. */
  totals(): Readonly<Record<LossReason, number>> {
    return { ...this.#counts }
  }
}
