const SPANS = ['d', 'h', 'm', 's'] as const
const SPAN_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const satisfies Record<(typeof SPANS)[number], number>

export const DURATION_PATTERN = /^(\d{1,9}) ?(s|m|h|d)$/

/** `7d` to 604800 seconds; the text matches `DURATION_PATTERN`. */
export function readDuration(text: string): number {
  const span = SPANS.find((name) => text.endsWith(name))
  return Number.parseInt(text, 10) * (span === undefined ? 1 : SPAN_SECONDS[span])
}

export function formatDuration(seconds: number): string {
  const span = SPANS.find((name) => seconds > 0 && seconds % SPAN_SECONDS[name] === 0)
  return span === undefined ? String(seconds) : `${seconds / SPAN_SECONDS[span]}${span}`
}
