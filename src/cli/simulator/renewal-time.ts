import { X509Certificate } from 'node:crypto'

/** The hub dates what it issues back by so much, for clocks that are slow. */
const BACKDATED_MS = 5 * 60_000
const FROM = 2 / 3
const SPREAD = 1 / 6

/** When to renew a certificate: anywhere from two thirds to five sixths of its life on, so that a fleet does not come at once. */
export function renewalTime(certificatePem: string, random: () => number): Date {
  const { validFrom, validTo } = new X509Certificate(certificatePem)
  const [notBefore, notAfter] = [Date.parse(validFrom), Date.parse(validTo)]
  const issued = Math.min(notBefore + BACKDATED_MS, notAfter)
  return new Date(issued + (notAfter - issued) * (FROM + SPREAD * random()))
}
