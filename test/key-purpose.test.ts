import { expect, test } from 'vitest'
import { readKeyPurpose } from '../src/key-purpose.ts'

for (const { text, identifier } of [
  { text: 'eapOverLAN', identifier: '1.3.6.1.5.5.7.3.14' },
  { text: 'clientAuth', identifier: '1.3.6.1.5.5.7.3.2' },
  { text: '1.3.6.1.4.1.99999.1', identifier: '1.3.6.1.4.1.99999.1' },
  { text: '2.999.1', identifier: '2.999.1' },
  // A server, OCSP, every purpose; by name and by number
  { text: 'serverAuth', identifier: undefined },
  { text: '1.3.6.1.5.5.7.3.1', identifier: undefined },
  { text: 'OCSPSigning', identifier: undefined },
  { text: '1.3.6.1.5.5.7.3.9', identifier: undefined },
  { text: 'anyExtendedKeyUsage', identifier: undefined },
  { text: '2.5.29.37.0', identifier: undefined },
  { text: '1.3.6.1.4.1.311.10.3.3', identifier: undefined },
  { text: '2.16.840.1.113730.4.1', identifier: undefined },
  // A server by a number that is not written as one
  { text: '1.3.6.1.5.5.7.3.01', identifier: undefined },
  { text: '1.40.1', identifier: undefined },
  { text: '3.1.1', identifier: undefined },
  { text: '1', identifier: undefined },
  { text: 'constructor', identifier: undefined },
]) {
  test(`${text} is ${identifier ?? 'none that a device may have'}`, () => expect(readKeyPurpose(text)).toBe(identifier))
}
