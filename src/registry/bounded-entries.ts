export interface Bounds {
  readonly capacity: number
  readonly capacityPerSubject: number
}

interface Placed<Entry> {
  readonly subject: string
  readonly entry: Entry
}

/** The newest entries in bounded memory, by key, in all and for each subject. */
export class BoundedEntries<Entry> {
  readonly #bounds: Bounds
  // A Map keeps insertion order, so the first key is the oldest entry.
  readonly #entries = new Map<string, Placed<Entry>>()
  readonly #bySubject = new Map<string, Set<string>>()

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)?.entry
  }

  /** As the newest; an entry of the same key makes way. */
  put(key: string, subject: string, entry: Entry): void {
    this.#remove(key)
    this.#entries.set(key, { subject, entry })
    const keys = this.#bySubject.get(subject) ?? new Set()
    this.#bySubject.set(subject, keys.add(key))
    if (keys.size > this.#bounds.capacityPerSubject) this.#removeOldest(keys)
    if (this.#entries.size > this.#bounds.capacity) this.#removeOldest(this.#entries.keys())
  }

  /** Newest first. */
  list(): readonly Entry[] {
    return [...this.#entries.values()].reverse().map(({ entry }) => entry)
  }

  /** Newest first. */
  listOf(subject: string): readonly Entry[] {
    const keys = [...(this.#bySubject.get(subject) ?? [])].reverse()
    return keys.flatMap((key) => this.#entries.get(key)?.entry ?? [])
  }

  #remove(key: string): void {
    const placed = this.#entries.get(key)
    if (!placed) return
    this.#entries.delete(key)
    const keys = this.#bySubject.get(placed.subject)
    keys?.delete(key)
    if (keys?.size === 0) this.#bySubject.delete(placed.subject)
  }

  #removeOldest(keys: Iterable<string>): void {
    const [oldest] = keys
    if (oldest !== undefined) this.#remove(oldest)
  }
}
