/** RFC 5280 §4.2.1.12, RFC 4334 §2, RFC 4945 §5.1.3.12 */
const KEY_PURPOSES = {
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  eapOverPPP: '1.3.6.1.5.5.7.3.13',
  eapOverLAN: '1.3.6.1.5.5.7.3.14',
  ipsecIKE: '1.3.6.1.5.5.7.3.17',
} as const

export const KEY_PURPOSE_NAMES: readonly string[] = Object.keys(KEY_PURPOSES)

// A device that held one of these could stand in for a server, or for the CA's own word on revocation.
const FORBIDDEN: ReadonlySet<string> = new Set([
  '2.5.29.37.0', // anyExtendedKeyUsage
  '1.3.6.1.5.5.7.3.1', // serverAuth
  '1.3.6.1.5.5.7.3.9', // OCSPSigning
  '1.3.6.1.4.1.311.10.3.3', // what Microsoft and Netscape called a server before
  '2.16.840.1.113730.4.1',
])

const OBJECT_IDENTIFIER = /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d{0,8}))(?:\.(?:0|[1-9]\d{0,8})){1,20}$/

/** The object identifier of an extended key usage that a device may have, by name or itself; none of any other. */
export function readKeyPurpose(text: string): string | undefined {
  const named = Object.entries(KEY_PURPOSES).find(([name]) => name === text)?.[1]
  if (named !== undefined) return named
  return OBJECT_IDENTIFIER.test(text) && !FORBIDDEN.has(text) ? text : undefined
}
