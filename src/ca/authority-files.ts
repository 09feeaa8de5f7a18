import { resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { joinPem } from './authorities.ts'
import { type CertificateAuthority, checkNotExpired, createAuthority, type Publications } from './authority.ts'
import { type AuthorityKeyOptions, openStoredAuthority, type StoredAuthority, takeKey } from './authority-key.ts'
import { type AskSecret, CaKey } from './ca-key.ts'
import { askOnce } from './ca-keys.ts'
import { type CertificateChain, readIntermediates, readPath, toChainPem } from './certificate-chain.ts'
import { ensureFolder } from './durable-file.ts'
import { checkIssuerCertificate, maySignRevocationLists } from './issuer-certificate.ts'
import { type KeyPairFiles, keyPairPaths, previousPaths } from './key-pair-files.ts'
import { encryptIfClear } from './protected-key.ts'
import { checkRootKeyFile } from './root-key-file.ts'
import { copyForDevices, openRetiringPair, writeCertificate } from './rotation-files.ts'

export interface OpenAuthorityOptions extends AuthorityKeyOptions {
  /** What devices verify the server with, where that is not this CA. */
  readonly anchorPem?: string
  readonly publications?: Publications
}

/** A CA and the holder of its key. */
export interface KeyedAuthority {
  readonly authority: CertificateAuthority
  readonly key: CaKey
}

export interface OpenedAuthority extends KeyedAuthority {
  /** The one before it, where a rotation is underway. */
  readonly retiring?: KeyedAuthority
  /** False when the folder had a CA, which is then used as it is. */
  readonly created: boolean
}

/** Adopts the CA in the folder, or creates one where there is none. */
export async function openAuthority(given: OpenAuthorityOptions): Promise<OpenedAuthority> {
  const certsDir = resolve(given.certsDir)
  const options = { ...given, certsDir }
  const { logger, passphrase, askSecret, anchorPem } = options
  const path = keyPairPaths(certsDir, 'ca').certificatePath
  await ensureFolder(certsDir)
  const { created, ...stored } = await openStoredAuthority(options)
  await checkRootKeyFile({ certsDir, passphrase, logger })
  const retiringPair = await openRetiringPair(certsDir, stored, logger)
  const ask = askSecret ? askOnce(askSecret) : () => undefined
  if (!retiringPair) {
    // Left by a rotation that was cut short before it had begun: a copy of the key.
    await encryptIfClear(previousPaths(keyPairPaths(certsDir, 'ca')).keyPath, passphrase, logger)
    const opened = await adopt(stored, path, options, ask())
    await copyForDevices(certsDir, anchorPem ?? opened.authority.caCertificatePem)
    tell(opened.authority, path, created, logger)
    return { ...opened, created }
  }
  const opened = await adopt(withoutOld(stored), path, options, ask())
  const retiring = await openRetiring(retiringPair, options, ask())
  // A retirement that was cut short may have taken the old one out already.
  const certificatePem = joinPem([opened.authority, retiring.authority])
  await writeCertificate(path, certificatePem)
  await copyForDevices(certsDir, anchorPem ?? certificatePem)
  tell(opened.authority, path, created, logger)
  return { ...opened, retiring, created }
}

/** Nothing of it is checked but its key: it is to be gone soon, and an expired one must not keep the hub from starting. */
async function openRetiring(
  pair: KeyPairFiles,
  options: OpenAuthorityOptions,
  ask: AskSecret | undefined,
): Promise<KeyedAuthority> {
  const { certsDir, clock, logger, publications } = options
  const paths = previousPaths(keyPairPaths(certsDir, 'ca'))
  const certificates = readPath(pair.certificates)
  const [{ subject, validTo }] = certificates
  const custody = await takeKey(pair, paths, options)
  const key = await openKey({ custody, certificates }, options, ask)
  const fields = { component: 'ca', path: paths.certificatePath, subject, notAfter: new Date(validTo) }
  logger.info(fields, 'Retiring certificate authority opened')
  const authority = await createAuthority({
    certificates,
    caCertificatePem: toChainPem(certificates),
    signer: key,
    clock,
    ...(publications && { publications }),
  })
  return { authority, key }
}

/** Behind the CA that issues stands the old one in the file. */
function withoutOld({
  custody,
  certificates: all,
}: Omit<StoredAuthority, 'created'>): Omit<StoredAuthority, 'created'> {
  const certificates = readPath(all)
  return { custody, certificates, certificatePem: toChainPem(certificates) }
}

async function adopt(
  { custody, certificates, certificatePem }: Omit<StoredAuthority, 'created'>,
  path: string,
  options: OpenAuthorityOptions,
  ask: AskSecret | undefined,
): Promise<KeyedAuthority> {
  const { clock, keyAlgorithm, publications } = options
  checkIssuerCertificate(certificates[0], path)
  const key = await openKey({ custody, certificates }, options, ask)
  const authority = await createAuthority({
    certificates,
    caCertificatePem: certificatePem,
    signer: key,
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
    ...(publications && { publications }),
  })
  checkNotExpired(authority.notAfter, `${authority.subject} in ${path}`, clock())
  warnOf(certificates, path, options)
  return { authority, key }
}

async function openKey(
  { custody, certificates }: Pick<StoredAuthority, 'custody' | 'certificates'>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  ask: AskSecret | undefined,
): Promise<CaKey> {
  const key = new CaKey({ custody, publicKey: certificates[0].publicKey, clock, logger })
  await key.open(ask)
  return key
}

function warnOf(certificates: CertificateChain, path: string, { clock, logger, keyAlgorithm }: OpenAuthorityOptions) {
  const [issuer] = certificates
  const warn = (fact: string) => logger.warn({ component: 'ca', path }, fact)
  if (!readIntermediates(certificates).complete) {
    warn('CA file does not reach a self-signed root: append the certificates above the issuing CA to it')
  }
  if (clock() < new Date(issuer.validFrom)) warn('CA is not yet valid: check the clock of this machine')
  if (!maySignRevocationLists(issuer)) {
    warn('CA may not sign CRLs (its keyUsage lacks cRLSign): clients refuse them, let those ask by OCSP')
  }
  if (issuer.publicKey.asymmetricKeyType === 'ed25519' || keyAlgorithm === 'ed25519') {
    warn('Ed25519 is in use: devices with mbedTLS cannot verify its signatures')
  }
}

function tell(
  { subject, fingerprint, notAfter }: CertificateAuthority,
  path: string,
  created: boolean,
  logger: Logger,
) {
  const fields = { component: 'ca', path, subject, fingerprint, notAfter }
  logger.info(fields, created ? 'Certificate authority created' : 'Certificate authority opened')
}
