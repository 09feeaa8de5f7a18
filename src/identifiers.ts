import { DomainError } from './errors.ts'

const ID = /^[A-Za-z0-9](?:[A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$/
const RESERVED = new Set(['ca', 'validate', 'bulk', 'certificates', 'csr', 'tokens', 'health', 'self'])
const FINGERPRINT = /^(?:[0-9A-F]{64}|[0-9A-F]{2}(?::[0-9A-F]{2}){31})$/i

/** Takes an untrusted id; throws `invalid_id` with the rule it breaks. */
export function parseId(
  text: string,
  noun: 'device' | 'service' | 'user' | 'policy' | 'client' | 'administrator',
): string {
  if (isId(text)) return text
  const reason = RESERVED.has(text.toLowerCase())
    ? 'this word is reserved'
    : 'an id has 1 to 64 letters, digits, ".", "_", "-", ":" or "@", begins and ends with a letter or digit, and has no ".."'
  throw new DomainError('invalid_id', `${JSON.stringify(text.slice(0, 80))} cannot be a ${noun} id: ${reason}`)
}

/** Device, service, user and policy names: MAC addresses and e-mails are ids, nothing that MQTT or a path could misread is. */
export function isId(text: string): boolean {
  return ID.test(text) && !text.includes('..') && !RESERVED.has(text.toLowerCase())
}

/** Two ids that differ only in case are one to the registry. */
export function foldId(id: string): string {
  return id.toLowerCase()
}

/** Throws `case_conflict` where the user that is known, of an id that folds to the same, is another one. */
export function assertSameUser(id: string, known: string): void {
  if (known === id) return
  throw new DomainError('case_conflict', `User ${id} cannot be created: ${known} differs from it only in case`)
}

/** SHA-256 of a certificate's DER in any common spelling, to `AA:BB:...`; throws `invalid_fingerprint`. */
export function parseFingerprint(text: string): string {
  if (!FINGERPRINT.test(text)) {
    throw new DomainError(
      'invalid_fingerprint',
      'A fingerprint is a SHA-256: 64 hexadecimal digits, with or without colons',
    )
  }
  return formatFingerprint(text.replaceAll(':', ''))
}

/** 64 hexadecimal digits, upper case, colons between octets. */
export function formatFingerprint(hex: string): string {
  return (hex.toUpperCase().match(/../g) ?? []).join(':')
}

/** What a CA is called in file names and URLs: the first 16 digits of its fingerprint, lower case. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').slice(0, 16).toLowerCase()
}

/**
 * An integer of at most 20 octets, RFC 5280 §4.1.2.2, negative only where another CA has made it so; to upper-case
 * hexadecimal without leading zero octets. Throws `invalid_serial_number`.
 */
export function parseSerialNumber(text: string): string {
  if (!isSerialNumber(text)) {
    throw new DomainError('invalid_serial_number', 'A serial number is 1 to 40 hexadecimal digits, not all zero')
  }
  const [, sign = '', hex = ''] = /^(-?)(.*)$/.exec(text.replaceAll(':', '').toUpperCase()) ?? []
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return sign + even.replace(/^(?:00)+/, '')
}

function isSerialNumber(text: string): boolean {
  const hex = text.replaceAll(':', '')
  return /^-?[0-9A-F]{1,40}$/i.test(hex) && !/^-?0+$/.test(hex)
}

/** What somebody searches for as names of a certificate, each where it can be one. */
export function readCertificateNames(text: string): { readonly fingerprint?: string; readonly serialNumber?: string } {
  return {
    ...(FINGERPRINT.test(text) ? { fingerprint: parseFingerprint(text) } : {}),
    ...(isSerialNumber(text) ? { serialNumber: parseSerialNumber(text) } : {}),
  }
}
