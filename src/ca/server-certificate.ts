import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import * as x509 from '@peculiar/x509'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { CertificateAuthority } from './authority.ts'
import { isIssuedBy } from './certificate-chain.ts'
import { ensureFolder } from './durable-file.ts'
import {
  type KeyPairText,
  keyPairPaths,
  openKeyPairFiles,
  replaceKeyPairFiles,
  type StoredKeyPair,
  writeKeyPairFiles,
} from './key-pair-files.ts'
import { parseServerNames, readServerName } from './server-name.ts'

export interface OpenServerCertificateOptions {
  readonly certsDir: string
  readonly authority: CertificateAuthority
  /** DNS names and addresses, beside localhost and its addresses. */
  readonly names: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
}

export interface ServerCertificate extends KeyPairText {
  readonly names: readonly string[]
  readonly notAfter: Date
  /** False when the pair in the folder was good and stayed as it is. */
  readonly created: boolean
}

const OWN_NAMES = ['localhost', '127.0.0.1', '::1']
/** A machine that moves between networks gathers addresses with every renewal: the oldest kept ones go. */
const MAX_NAMES = 100

/** The server's key and the chain it sends; kept while it is ours, names all that is wanted and is younger than two thirds of its life. */
export async function openServerCertificate(options: OpenServerCertificateOptions): Promise<ServerCertificate> {
  const { authority, clock, logger } = options
  const certsDir = resolve(options.certsDir)
  const paths = keyPairPaths(certsDir, 'server')
  await ensureFolder(certsDir)
  const wanted = parseServerNames([...OWN_NAMES, ...options.names]).map(({ value }) => value)
  const stored = await openKeyPairFiles(paths, logger)
  const named = stored ? readNames(stored.certificates[0]) : []
  const reason = stored ? reissueReason(stored.certificates[0], named, wanted, authority, clock()) : 'missing'
  if (stored && reason === undefined) return keep(stored, named, authority)
  const kept = named.filter((name) => !wanted.includes(name)).slice(0, Math.max(0, MAX_NAMES - wanted.length))
  const names = [...wanted, ...kept]
  const { certificatePem, privateKeyPem, notAfter } = await authority.issueServer(names)
  const text = { keyPem: privateKeyPem, certificatePem: certificatePem + toPem(authority.intermediates) }
  if (stored) await replaceKeyPairFiles(paths, stored, text)
  else await writeKeyPairFiles(paths, text)
  logger.info({ component: 'ca', path: paths.certificatePath, names, notAfter, reason }, 'Server certificate issued')
  return { ...text, names, notAfter, created: true }
}

const SERVER_AUTH = x509.ExtendedKeyUsage.serverAuth

function reissueReason(
  certificate: X509Certificate,
  named: readonly string[],
  wanted: readonly string[],
  authority: CertificateAuthority,
  now: Date,
): string | undefined {
  if (!isIssuedBy(certificate, authority.certificate)) return 'issued by another CA'
  // Node's `keyUsage` is the extendedKeyUsage; a certificate without one serves every purpose.
  if (certificate.keyUsage && !certificate.keyUsage.includes(SERVER_AUTH)) return 'not made for servers'
  if (!wanted.every((name) => named.includes(name))) return 'names changed'
  const [notBefore, notAfter] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
  const isDue = now.getTime() >= notBefore + ((notAfter - notBefore) * 2) / 3
  // One that lives as long as its issuer gains nothing by being renewed.
  return isDue && notAfter < authority.notAfter.getTime() ? 'past two thirds of its life' : undefined
}

function keep(stored: StoredKeyPair, names: readonly string[], authority: CertificateAuthority): ServerCertificate {
  const { keyPem, certificatePem, certificates } = stored
  const sent = certificates.map(({ fingerprint256 }) => fingerprint256)
  const missing = authority.intermediates.filter(({ fingerprint256 }) => !sent.includes(fingerprint256))
  return {
    keyPem,
    certificatePem: missing.length === 0 ? certificatePem : `${certificatePem.trimEnd()}\n${toPem(missing)}`,
    names,
    notAfter: new Date(certificates[0].validTo),
    created: false,
  }
}

function readNames(certificate: X509Certificate): readonly string[] {
  const extension = new x509.X509Certificate(new Uint8Array(certificate.raw)).getExtension(
    x509.SubjectAlternativeNameExtension,
  )
  const texts = (extension?.names.items ?? []).filter(({ type }) => type === 'dns' || type === 'ip')
  return texts.flatMap(({ value }) => readServerName(value)?.value ?? [])
}

function toPem(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('')
}
