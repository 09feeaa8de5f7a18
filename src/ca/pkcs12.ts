import {
  createCipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  pbkdf2,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { promisify } from 'node:util'
import { derInteger, derNull, derObjectIdentifier, derOctetString, derSequence, derSet, encodeDer } from './der.ts'
import { deriveMacKey } from './pkcs12-mac-key.ts'

/** What somebody is handed over in one file. */
export interface KeyStoreContents {
  /** Shown by the store that takes it: friendlyName. */
  readonly name: string
  readonly certificatePem: string
  /** PKCS#8. */
  readonly privateKeyPem: string
  /** Of the CAs, each once. */
  readonly caCertificatesPem: string
}

/**
 * Rounds of each derivation. Whoever guesses takes the cheapest of the three, so they are alike; .NET refuses a file whose
 * contents need more than 300,000 in all.
 */
const ROUNDS = 100_000

/** A PKCS#12 file (RFC 7292): PBES2 with AES-256 and PBKDF2 over all that it holds, HMAC-SHA-256 over the whole. */
export async function createPkcs12(contents: KeyStoreContents, password: string): Promise<Buffer<ArrayBuffer>> {
  const certificate = new X509Certificate(contents.certificatePem)
  const attributes = pairingAttributes(contents.name, certificate)
  const certificates = [
    certificateBag(certificate, attributes),
    ...readCertificates(contents.caCertificatesPem).map((ca) => certificateBag(ca)),
  ]
  const key = createPrivateKey(contents.privateKeyPem).export({ type: 'pkcs8', format: 'der' })
  const safe = derSequence(
    encryptedContent(await encrypt(derSequence(...certificates), password)),
    dataContent(derSequence(keyBag(await encrypt(key, password), attributes))),
  )
  return derSequence(VERSION, dataContent(safe), await macOf(safe, password))
}

const VERSION = derInteger('03')

const OID = {
  data: derObjectIdentifier('1.2.840.113549.1.7.1'),
  encryptedData: derObjectIdentifier('1.2.840.113549.1.7.6'),
  shroudedKeyBag: derObjectIdentifier('1.2.840.113549.1.12.10.1.2'),
  certificateBag: derObjectIdentifier('1.2.840.113549.1.12.10.1.3'),
  x509Certificate: derObjectIdentifier('1.2.840.113549.1.9.22.1'),
  friendlyName: derObjectIdentifier('1.2.840.113549.1.9.20'),
  localKeyId: derObjectIdentifier('1.2.840.113549.1.9.21'),
  pbes2: derObjectIdentifier('1.2.840.113549.1.5.13'),
  pbkdf2: derObjectIdentifier('1.2.840.113549.1.5.12'),
  hmacWithSha256: derObjectIdentifier('1.2.840.113549.2.9'),
  aes256Cbc: derObjectIdentifier('2.16.840.1.101.3.4.1.42'),
  sha256: derObjectIdentifier('2.16.840.1.101.3.4.2.1'),
}

const BMP_STRING = 0x1e
const EXPLICIT_0 = 0xa0
const IMPLICIT_OCTETS_0 = 0x80

function readCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  const certificates = [...blocks].map(([block]) => new X509Certificate(block))
  return [...new Map(certificates.map((one) => [one.fingerprint256, one])).values()]
}

/** What tells a store that key and certificate belong together, and what to call them: RFC 2985 §5.5. */
function pairingAttributes(name: string, { raw }: X509Certificate): Buffer {
  const keyId = createHash('sha1').update(raw).digest()
  return derSet(
    attribute(OID.friendlyName, encodeDer(BMP_STRING, Buffer.from(name, 'utf16le').swap16())),
    attribute(OID.localKeyId, derOctetString(keyId)),
  )
}

function attribute(type: Buffer, value: Buffer): Buffer {
  return derSequence(type, derSet(value))
}

function certificateBag({ raw }: X509Certificate, ...attributes: readonly Buffer[]): Buffer {
  const bag = derSequence(OID.x509Certificate, encodeDer(EXPLICIT_0, derOctetString(raw)))
  return derSequence(OID.certificateBag, encodeDer(EXPLICIT_0, bag), ...attributes)
}

function keyBag({ algorithm, octets }: Encrypted, attributes: Buffer): Buffer {
  const bag = derSequence(algorithm, derOctetString(octets))
  return derSequence(OID.shroudedKeyBag, encodeDer(EXPLICIT_0, bag), attributes)
}

function dataContent(octets: Buffer): Buffer {
  return derSequence(OID.data, encodeDer(EXPLICIT_0, derOctetString(octets)))
}

// RFC 5652 §8
function encryptedContent({ algorithm, octets }: Encrypted): Buffer {
  const content = derSequence(OID.data, algorithm, encodeDer(IMPLICIT_OCTETS_0, octets))
  return derSequence(OID.encryptedData, encodeDer(EXPLICIT_0, derSequence(derInteger('00'), content)))
}

interface Encrypted {
  readonly algorithm: Buffer
  readonly octets: Buffer
}

const derive = promisify(pbkdf2)

// RFC 8018 §6.2; the password as UTF-8, which OpenSSL, NSS and Windows all take it as
async function encrypt(plain: Buffer, password: string): Promise<Encrypted> {
  const [salt, iv] = [randomBytes(16), randomBytes(16)]
  const cipher = createCipheriv('aes-256-cbc', await derive(password, salt, ROUNDS, 32, 'sha256'), iv)
  const derivation = derSequence(
    OID.pbkdf2,
    derSequence(derOctetString(salt), derInteger(ROUNDS.toString(16)), derSequence(OID.hmacWithSha256, derNull())),
  )
  const scheme = derSequence(OID.aes256Cbc, derOctetString(iv))
  return {
    algorithm: derSequence(OID.pbes2, derSequence(derivation, scheme)),
    octets: Buffer.concat([cipher.update(plain), cipher.final()]),
  }
}

// RFC 7292 §4. The MAC of RFC 9579, which would need no derivation of its own, is read by OpenSSL 3.4 and newer alone.
async function macOf(safe: Buffer, password: string): Promise<Buffer> {
  const salt = randomBytes(16)
  const mac = createHmac('sha256', await deriveMacKey(password, salt, ROUNDS))
    .update(safe)
    .digest()
  const digestInfo = derSequence(derSequence(OID.sha256, derNull()), derOctetString(mac))
  return derSequence(digestInfo, derOctetString(salt), derInteger(ROUNDS.toString(16)))
}
