const LINE = 64

/** RFC 7468 §2: lines of 64 characters, each with its end. */
export function encodePem(label: string, der: Buffer): string {
  const base64 = der.toString('base64')
  let text = `-----BEGIN ${label}-----\n`
  for (let begin = 0; begin < base64.length; begin += LINE) text += `${base64.slice(begin, begin + LINE)}\n`
  return `${text}-----END ${label}-----\n`
}
