import { isIPv4 } from 'node:net'
import type { AlternativeName } from './certificate-profile.ts'
import { encodeDer } from './der.ts'

/** RFC 5280 §4.2.1.6: the tags of a GeneralName, each of which stands in the place of the type's own. */
const TAGS = { dns: 0x82, url: 0x86, ip: 0x87 } as const satisfies Record<AlternativeName['type'], number>

export function encodeGeneralName({ type, value }: AlternativeName): Buffer<ArrayBuffer> {
  // IA5String: profiles and server names let nothing else pass.
  return encodeDer(TAGS[type], type === 'ip' ? toAddressOctets(value) : Buffer.from(value, 'latin1'))
}

export function encodeUrl(value: string): Buffer<ArrayBuffer> {
  return encodeGeneralName({ type: 'url', value })
}

/** Of an address in the spelling of `readServerName`. */
function toAddressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [left = '', right] = address.split('::')
  const [first, last] = [toGroups(left), toGroups(right ?? '')]
  // RFC 4291 §2.2: "::" stands for as many groups of zeros as are missing.
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0)
  return Buffer.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]))
}

function toGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
