import { count, DAY, duration } from './config-field.ts'

/** How long what happened can be read again. */
export const EVENT_SETTINGS = {
  keep: duration(7 * DAY, 'How long events can be read again, and streams of them be resumed.'),
  keep_count: count(100_000, 100, 10_000_000, 'How many of them, at most.'),
}
