/** What of distribution points is remembered. */
export interface DistributionPointStore {
  namedUntil(url: string): Date | undefined
  /** Inserts it, or sets its time. */
  saveDistributionPoint(url: string, namedUntil: Date): void
}

const MONTH_MS = 30 * 86_400_000

/** Writes down that a certificate names this URL until then; a month ahead, so that few certificates need a write. */
export function noteDistributionPoint(store: DistributionPointStore, url: string, notAfter: Date): void {
  const known = store.namedUntil(url)
  if (known === undefined || known < notAfter) {
    store.saveDistributionPoint(url, new Date(notAfter.getTime() + MONTH_MS))
  }
}
