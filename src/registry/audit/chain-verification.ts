import { type AuditEntry, forgottenBy, hashOf } from './audit-entry.ts'

export interface AuditVerdict {
  readonly entries: number
  /** Of the newest entry; what is written down elsewhere shows later that nothing was cut off. */
  readonly head: string | undefined
  /** The number of the first entry that does not follow from the one before. */
  readonly brokenAt: number | undefined
  /** The number of the oldest entry, where those before it are gone and no retention has told of it. */
  readonly missingBefore: number | undefined
  /** Whether the hash that was asked for is among them. */
  readonly isFound: boolean | undefined
}

export interface ChainVerification {
  /** Takes the next one, from the oldest that is kept on. */
  follow(entry: AuditEntry): void
  verdict(): AuditVerdict
}

/** Looks at a chain entry by entry, and for one with that hash. */
export function createChainVerification(hash: string | undefined): ChainVerification {
  let [entries, forgotten] = [0, 0]
  let [first, last]: [AuditEntry | undefined, AuditEntry | undefined] = [undefined, undefined]
  let brokenAt: number | undefined
  let isFound = hash === undefined ? undefined : false
  /** Numbers of entries before which some are missing: that it was retention may be told by a later one. */
  const behindGaps: number[] = []
  return {
    follow(entry) {
      entries++
      const isNext = entry.number === (last?.number ?? 0) + 1
      if (!isNext) behindGaps.push(entry.number)
      if (!isWhole(entry) || (isNext && entry.previousHash !== (last?.hash ?? ''))) brokenAt ??= entry.number
      if (entry.hash === hash) isFound = true
      forgotten = Math.max(forgotten, forgottenBy(entry))
      first ??= entry
      last = entry
    },
    verdict() {
      // Those that are forgotten while the chain is read are missing in its middle.
      const removed = behindGaps.filter((number) => number > forgotten + 1)
      const missingBefore = removed.find((number) => number === first?.number)
      const removedBefore = removed.find((number) => number !== first?.number)
      return { entries, head: last?.hash, brokenAt: least(brokenAt, removedBefore), missingBefore, isFound }
    },
  }
}

function isWhole({ hash, ...content }: AuditEntry): boolean {
  return hash === hashOf(content)
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.min(one, other)
}
