import type { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import { DomainError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { CertificateAuthority } from './authority.ts'
import { isIssuedBy } from './certificate-chain.ts'
import { ensureFolder } from './durable-file.ts'
import {
  type KeyPairPaths,
  keyPairPaths,
  openKeyPairFiles,
  replaceKeyPairFiles,
  type StoredKeyPair,
  writeKeyPairFiles,
} from './key-pair-files.ts'
import { isForServers, readServerIdentity, type ServerIdentity } from './served-certificate.ts'
import { parseServerNames } from './server-name.ts'

export interface OpenServerCertificateOptions {
  readonly certsDir: string
  readonly authority: CertificateAuthority
  /** DNS names and addresses, beside localhost and its addresses. */
  readonly names: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  /** A new one even where the old one would do. */
  readonly isForced?: boolean
}

export interface ServerCertificate extends ServerIdentity {
  /** False when the pair in the folder was good and stayed as it is. */
  readonly created: boolean
}

const OWN_NAMES = ['localhost', '127.0.0.1', '::1']
/** A machine that moves between networks gathers addresses with every renewal: the oldest kept ones go. */
const MAX_NAMES = 100

/** The server's key and the chain it sends; kept while it is ours, names all that is wanted and is younger than two thirds of its life. */
export async function openServerCertificate(options: OpenServerCertificateOptions): Promise<ServerCertificate> {
  const { authority, clock, logger, isForced = false } = options
  const certsDir = resolve(options.certsDir)
  const paths = keyPairPaths(certsDir, 'server')
  await ensureFolder(certsDir)
  const wanted = wantedNames(options.names)
  const stored = await openKeyPairFiles(paths, logger)
  const identity = stored && readServerIdentity(stored, stored.certificates)
  const due = identity ? reissueReason(identity, wanted, authority, clock()) : 'missing'
  const reason = due ?? (isForced ? 'asked for' : undefined)
  if (stored && reason === undefined) return { ...keep(stored, authority), created: false }
  if (authority.isLocked) return { ...waitForKey(stored, paths, options), created: false }
  const { certificatePem, privateKeyPem } = await authority.issueServer(namesOfNext(identity, wanted))
  const text = { keyPem: privateKeyPem, certificatePem: certificatePem + toPem(authority.intermediates) }
  if (stored) await replaceKeyPairFiles(paths, stored, text)
  else await writeKeyPairFiles(paths, text)
  const issued = readServerIdentity(text)
  const { names, notAfter } = issued
  logger.info({ component: 'ca', path: paths.certificatePath, names, notAfter, reason }, 'Server certificate issued')
  return { ...issued, created: true }
}

/** While the CA's key is locked: what its own listeners can show, though another is due. */
function waitForKey(
  stored: StoredKeyPair | undefined,
  { certificatePath }: KeyPairPaths,
  { authority, isForced }: OpenServerCertificateOptions,
): ServerIdentity {
  if (isForced) authority.requireUnlocked()
  if (stored && isIssuedBy(stored.certificates[0], authority.certificate)) return keep(stored, authority)
  throw new DomainError(
    'ca_locked',
    `${certificatePath} is missing or of another CA, and the CA's key, which could sign another, is locked: start once with its passphrase (ca.passphrase_file), or with its HSM`,
  )
}

/** The same for a hub that keeps no files; as old as its CA, for clients judge it by a clock that no test has moved. */
export async function issueServerCertificate(
  authority: CertificateAuthority,
  names: readonly string[],
): Promise<ServerIdentity> {
  const notBefore = new Date(authority.certificate.validFrom)
  const { certificatePem, privateKeyPem: keyPem } = await authority.issueServer(
    wantedNames(names),
    undefined,
    notBefore,
  )
  return readServerIdentity({ keyPem, certificatePem })
}

/** Each in the spelling of a certificate, localhost and its addresses first. */
export function wantedNames(names: readonly string[]): readonly string[] {
  return parseServerNames([...OWN_NAMES, ...names]).map(({ value }) => value)
}

function namesOfNext(identity: ServerIdentity | undefined, wanted: readonly string[]): readonly string[] {
  const kept = (identity?.names ?? []).filter((name) => !wanted.includes(name))
  return [...wanted, ...kept.slice(0, Math.max(0, MAX_NAMES - wanted.length))]
}

/** Why another one is to take its place; undefined: it is good. */
export function reissueReason(
  { certificate, names }: ServerIdentity,
  wanted: readonly string[],
  authority: Pick<CertificateAuthority, 'certificate' | 'notAfter'>,
  now: Date,
): string | undefined {
  if (!isIssuedBy(certificate, authority.certificate)) return 'issued by another CA'
  if (!isForServers(certificate)) return 'not made for servers'
  if (!wanted.every((name) => names.includes(name))) return 'names changed'
  const [notBefore, notAfter] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
  // Made while the clock was ahead; where the CA itself is not valid yet, it is this clock that is wrong.
  if (now.getTime() < notBefore && now >= new Date(authority.certificate.validFrom)) return 'not valid yet'
  const isDue = now.getTime() >= notBefore + ((notAfter - notBefore) * 2) / 3
  // One that lives as long as its issuer gains nothing by being renewed.
  return isDue && notAfter < authority.notAfter.getTime() ? 'past two thirds of its life' : undefined
}

function keep(
  { keyPem, certificatePem, certificates }: StoredKeyPair,
  authority: CertificateAuthority,
): ServerIdentity {
  const sent = certificates.map(({ fingerprint256 }) => fingerprint256)
  const missing = authority.intermediates.filter(({ fingerprint256 }) => !sent.includes(fingerprint256))
  const whole = missing.length === 0 ? certificatePem : `${certificatePem.trimEnd()}\n${toPem(missing)}`
  return readServerIdentity({ keyPem, certificatePem: whole }, certificates)
}

function toPem(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('')
}
