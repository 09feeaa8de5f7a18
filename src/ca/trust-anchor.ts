import { X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import { DomainError } from '../errors.ts'
import { type CertificateChain, isIssuedBy, isSelfSigned, parseCertificates } from './certificate-chain.ts'
import { readFileIfPresent } from './durable-file.ts'

/** What clients verify a server with. */
export interface TrustAnchor {
  readonly certificatePem: string
  readonly certificates: readonly X509Certificate[]
}

/** The CAs of a file of the administrator's; throws where none of them leads to the chain. */
export async function readTrustAnchor(
  caFile: string,
  setting: string,
  chain: readonly X509Certificate[],
): Promise<TrustAnchor> {
  const place = `${caFile} (${setting}.ca_file)`
  const text = await readFileIfPresent(caFile)
  if (text === undefined) {
    throw new DomainError('file_unreachable', `The file ${place} does not exist: mend the setting`)
  }
  const anchor = anchorOf(parseCertificates(text, place))
  if (isAnchored(chain, anchor)) return anchor
  throw new DomainError(
    'file_invalid',
    `The file ${place} does not verify ${setting}.cert_file: name the file of the CA that signed it`,
  )
}

/** The root that the chain itself holds, or the one of this machine's that it leads to. */
export function findTrustAnchor(
  chain: CertificateChain,
  known: () => readonly X509Certificate[] = readKnownRoots,
): TrustAnchor | undefined {
  const root = chain.find(isSelfSigned)
  if (root) return anchorOf([root])
  const roots = known()
  for (const certificate of chain.toReversed()) {
    const issuer = roots.find((candidate) => isIssuedBy(certificate, candidate))
    if (issuer) return anchorOf([issuer])
  }
  return undefined
}

/** Whether the chain leads to it. */
export function isAnchored(chain: readonly X509Certificate[], { certificates }: TrustAnchor): boolean {
  return chain.some((certificate) =>
    certificates.some((ca) => ca.fingerprint256 === certificate.fingerprint256 || isIssuedBy(certificate, ca)),
  )
}

function anchorOf(certificates: readonly X509Certificate[]): TrustAnchor {
  return { certificates, certificatePem: certificates.map(String).join('') }
}

// Those of Node, and those that the system's administrator has added.
function readKnownRoots(): readonly X509Certificate[] {
  return [...getCACertificates('default'), ...getCACertificates('system')].map((pem) => new X509Certificate(pem))
}
