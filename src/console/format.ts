import { formatNumber, language, read, type Texts } from './language.ts'

const UNITS = {
  en: ['B', 'KiB', 'MiB', 'GiB', 'TiB'],
  ru: ['Б', 'КиБ', 'МиБ', 'ГиБ', 'ТиБ'],
} as const satisfies Texts<readonly string[]>

/** Octets in the largest unit that leaves at least one of it. */
export function formatOctets(octets: number): string {
  const units = read<readonly string[]>(UNITS)
  const power = octets < 1 ? 0 : Math.min(Math.floor(Math.log2(octets) / 10), units.length - 1)
  const value = octets / 1024 ** power
  return `${formatNumber(value, value < 10 && power > 0 ? 1 : 0)} ${units[power]}`
}

/** The moment in the reader's zone, with the zone's name. */
export function formatMoment(moment: Date): string {
  return new Intl.DateTimeFormat(language.value, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(moment)
}

/** "16:30", for the axis of a chart. */
export function formatTimeOfDay(moment: Date): string {
  return new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    moment,
  )
}

export function formatDay(moment: Date): string {
  return new Intl.DateTimeFormat(language.value, { year: 'numeric', month: 'short', day: 'numeric' }).format(moment)
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

// The clocks of the hub and of the reader differ, and the page looks at its own only now and then.
const JUST_NOW = 15 * SECOND

/** "now", "3 minutes ago", "in 2 hours" within a day; the day itself beyond, with `far: 'days'` "in 80 days". */
export function formatRelative(moment: Date, now: Date, far: 'date' | 'days' = 'date'): string {
  const difference = moment.getTime() - now.getTime()
  const distance = Math.abs(difference)
  const words = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' })
  if (distance < JUST_NOW) return words.format(0, 'second')
  if (distance < MINUTE) return words.format(Math.trunc(difference / SECOND), 'second')
  if (distance < HOUR) return words.format(Math.trunc(difference / MINUTE), 'minute')
  if (distance < DAY) return words.format(Math.trunc(difference / HOUR), 'hour')
  return far === 'days' ? words.format(Math.trunc(difference / DAY), 'day') : formatDay(moment)
}

/** "4 days", "3 hours", "5 minutes": the largest unit that fits. */
export function formatDuration(seconds: number): string {
  const [unit, size] = (
    [
      ['day', DAY / SECOND],
      ['hour', HOUR / SECOND],
      ['minute', MINUTE / SECOND],
      ['second', 1],
    ] as const
  ).find(([, octave]) => seconds >= octave) ?? ['second', 1]
  const style = { style: 'unit', unit, unitDisplay: 'long' } as const
  return new Intl.NumberFormat(language.value, style).format(Math.floor(seconds / size))
}

/** The two ends of what is too long, for a column; the whole is shown on hover and copied. */
export function cutMiddle(text: string, length = 20): string {
  if (text.length <= length) return text
  const kept = length - 1
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`
}
