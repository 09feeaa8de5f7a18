import type { KeyCost } from '../../src/backup/archive-key.ts'

/** Of a key that costs nothing to derive, for archives that are opened again and again. */
export const CHEAP: KeyCost = { memoryKib: 8, passes: 1, lanes: 1 }
