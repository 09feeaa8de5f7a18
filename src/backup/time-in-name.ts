/** `2026-11-22T120000Z` of a time in RFC 3339: no file system minds it, and such names sort by time. */
export function timeInName(time: string): string {
  return time.replace(/\.\d+/, '').replaceAll(':', '')
}
