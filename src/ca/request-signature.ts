import { constants, type KeyObject, verify } from 'node:crypto'
import { DerReader } from './der-reader.ts'

/** What is signed with its own key, and how. */
export interface Signed {
  /** DER, with tag and length. */
  readonly text: Buffer
  /** Contents of the AlgorithmIdentifier. */
  readonly algorithm: Buffer
  readonly signature: Buffer
}

type KeyType = 'ec' | 'rsa' | 'ed25519'

/** By the octets of each OID in hexadecimal: RFC 3279 §2.2, RFC 5758 §3.2, RFC 8017 §C, RFC 8410 §3. */
const ALGORITHMS: ReadonlyMap<string, { readonly keyType: KeyType; readonly digest: string | null }> = new Map([
  ['2a8648ce3d0401', { keyType: 'ec', digest: 'SHA1' }],
  ['2a8648ce3d040302', { keyType: 'ec', digest: 'SHA256' }],
  ['2a8648ce3d040303', { keyType: 'ec', digest: 'SHA384' }],
  ['2a8648ce3d040304', { keyType: 'ec', digest: 'SHA512' }],
  ['2a864886f70d010105', { keyType: 'rsa', digest: 'SHA1' }],
  ['2a864886f70d01010b', { keyType: 'rsa', digest: 'SHA256' }],
  ['2a864886f70d01010c', { keyType: 'rsa', digest: 'SHA384' }],
  ['2a864886f70d01010d', { keyType: 'rsa', digest: 'SHA512' }],
  ['2b6570', { keyType: 'ed25519', digest: null }],
])
const RSASSA_PSS = '2a864886f70d01010a'

/** Whether it shows that its sender holds the private key; a signature of an algorithm that nobody has shows nothing. */
export function isSignedWith(publicKey: KeyObject, { text, algorithm, signature }: Signed): boolean {
  try {
    const reader = new DerReader(algorithm)
    const oid = reader.read(0x06).toString('hex')
    if (oid === RSASSA_PSS) return isSignedByPss(publicKey, reader.read(0x30), text, signature)
    const known = ALGORITHMS.get(oid)
    if (known === undefined || known.keyType !== publicKey.asymmetricKeyType) return false
    return verify(known.digest, text, publicKey, signature)
  } catch {
    return false
  }
}

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['2b0e03021a', 'SHA1'],
  ['608648016503040201', 'SHA256'],
  ['608648016503040202', 'SHA384'],
  ['608648016503040203', 'SHA512'],
])

/** RFC 4055 §3.1: the mask is made with the same digest; what is left out is SHA-1. */
function isSignedByPss(key: KeyObject, parameters: Buffer, text: Buffer, signature: Buffer): boolean {
  const named = new DerReader(parameters).readOptional(0xa0)
  const digest = named ? DIGESTS.get(new DerReader(new DerReader(named).read(0x30)).read(0x06).toString('hex')) : 'SHA1'
  if (digest === undefined || key.asymmetricKeyType !== 'rsa') return false
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants
  return verify(digest, text, { key, padding, saltLength }, signature)
}
