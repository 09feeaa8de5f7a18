export interface PageRequest {
  readonly limit: number
  /** The last key of the page before. */
  readonly after?: string
}

/** One page of a list in key order; `nextCursor` is absent on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}
