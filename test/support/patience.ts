/** When to give up what comes by itself, not how long it takes: the machine does other things beside. */
export const PATIENCE = { timeout: 60_000 } as const
