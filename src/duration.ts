const SPANS = ['d', 'h', 'm', 's'] as const
const SPAN_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, y: 365 * 86_400 } as const

export const DURATION_PATTERN = /^(\d{1,9}) ?([smhdy])$/

/** `7d` to 604800 seconds, a year as 365 days; the text matches `DURATION_PATTERN`. */
export function readDuration(text: string): number {
  const [, number = text, span] = DURATION_PATTERN.exec(text) ?? []
  return Number.parseInt(number, 10) * (isSpan(span) ? SPAN_SECONDS[span] : 1)
}

export function formatDuration(seconds: number): string {
  const span = SPANS.find((name) => seconds > 0 && seconds % SPAN_SECONDS[name] === 0)
  return span === undefined ? String(seconds) : `${seconds / SPAN_SECONDS[span]}${span}`
}

function isSpan(text: string | undefined): text is keyof typeof SPAN_SECONDS {
  return text !== undefined && Object.hasOwn(SPAN_SECONDS, text)
}
