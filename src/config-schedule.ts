import { Cron } from 'croner'
import { DURATION_PATTERN, readDuration } from './duration.ts'

// crontab(5), with or without seconds, and its names; croner itself takes single dates too, which would come but once.
const CRON_PATTERN = /^(?:@(?:hourly|daily|midnight|weekly|monthly|yearly|annually)|\S+(?: +\S+){4,5})$/

export function isSchedule(text: string): boolean {
  if (DURATION_PATTERN.test(text)) return readDuration(text) >= 60
  if (!CRON_PATTERN.test(text)) return false
  try {
    return new Cron(text, { paused: true }).nextRun(EPOCH) !== null
  } catch {
    return false
  }
}

/** When it is time again after something was done at `last`, by the machine's time zone where it is a cron expression. */
export function nextRun(schedule: string, last: Date): Date {
  if (DURATION_PATTERN.test(schedule)) return new Date(last.getTime() + readDuration(schedule) * 1000)
  // A day that never comes again, such as one of a past year, is never.
  return new Cron(schedule, { paused: true }).nextRun(last) ?? NEVER
}

const EPOCH = new Date(0)
const NEVER = new Date(8.64e15)
