import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type CertificateChain, parseCertificates } from './certificate-chain.ts'
import type { KeyPairText } from './key-pair-files.ts'
import { readServerName } from './server-name.ts'

/** A key and the chain that goes with it, as a listener shows it: the leaf first, then what leads to the root. */
export interface ServerIdentity extends KeyPairText {
  readonly certificate: X509Certificate
  /** DNS names and addresses of the certificate. */
  readonly names: readonly string[]
  readonly notAfter: Date
}

export function readServerIdentity(
  { keyPem, certificatePem }: KeyPairText,
  [certificate]: CertificateChain = parseCertificates(certificatePem, 'the server certificate'),
): ServerIdentity {
  const notAfter = new Date(certificate.validTo)
  return { keyPem, certificatePem, certificate, names: readNames(certificate), notAfter }
}

function readNames(certificate: X509Certificate): readonly string[] {
  const extension = new x509.X509Certificate(new Uint8Array(certificate.raw)).getExtension(
    x509.SubjectAlternativeNameExtension,
  )
  const texts = (extension?.names.items ?? []).filter(({ type }) => type === 'dns' || type === 'ip')
  return texts.flatMap(({ value }) => readServerName(value)?.value ?? [])
}

const SERVER_AUTH = x509.ExtendedKeyUsage.serverAuth

/** RFC 5280 §4.2.1.12: a certificate without the extension serves every purpose. */
export function isForServers({ keyUsage }: X509Certificate): boolean {
  // Node's `keyUsage` is the extendedKeyUsage.
  return !keyUsage || keyUsage.includes(SERVER_AUTH)
}

/** The certificate of one listener or of several, and what they are told when it is another. */
export class ServedCertificate {
  #identity: ServerIdentity
  readonly #listeners: (() => void)[] = []

  constructor(identity: ServerIdentity) {
    this.#identity = identity
  }

  get identity(): ServerIdentity {
    return this.#identity
  }

  exchange(identity: ServerIdentity): void {
    this.#identity = identity
    for (const listener of this.#listeners) listener()
  }

  onExchange(listener: () => void): void {
    this.#listeners.push(listener)
  }
}
