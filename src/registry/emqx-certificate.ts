import { X509Certificate } from 'node:crypto'

/** PEM, base64 of PEM, or base64 of the DER without armour, as EMQX sends it; nothing where it is no certificate. */
export function parseEmqxCertificate(text: string): X509Certificate | undefined {
  const base64 = ARMOUR.exec(text)?.[1] ?? text
  // A "+" that was not escaped in a form arrives as a space; in other hands a line break becomes one.
  return (
    tryToParse(
      base64
        .replaceAll(/\\[rn]|[\r\n\t]/g, '')
        .trim()
        .replaceAll(' ', '+'),
    ) ?? tryToParse(base64.replaceAll(/\\[rn]|\s/g, ''))
  )
}

// RFC 7468 §2; of a chain the first is the client's own.
const ARMOUR = /-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----/s

function tryToParse(base64: string): X509Certificate | undefined {
  const octets = Buffer.from(base64, 'base64')
  try {
    return new X509Certificate(octets)
  } catch {
    // Not a certificate is an answer, not a failure: the caller refuses and says so.
    return undefined
  }
}
