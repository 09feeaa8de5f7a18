/** The value of a Warning header, RFC 7234 §5.5: 299 is a lasting warning, "-" stands for the one who gives it. */
export function warningOf(text: string): string {
  return `299 - "${text}"`
}
