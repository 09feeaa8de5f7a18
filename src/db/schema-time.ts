import { integer } from './drizzle.ts'

/** Milliseconds since the epoch. */
export const time = (name: string) => integer(name, { mode: 'timestamp_ms' })
