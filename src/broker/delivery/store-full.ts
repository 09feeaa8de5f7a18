/** What would have to be stored is refused: the store holds all that it may. */
export class StoreFull extends Error {
  readonly code = 'store_full'

  constructor() {
    super('limits.store_bytes is reached')
  }
}
