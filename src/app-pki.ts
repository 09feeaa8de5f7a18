import type { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { openProvidedCertificates, type ProvidedShowings, type Showing } from './app-certificates.ts'
import { Authorities, type AuthorityStorage, trustedCertificates } from './ca/authorities.ts'
import type { CertificateAuthority, Publications } from './ca/authority.ts'
import { openAuthority } from './ca/authority-files.ts'
import { findFaultInUse } from './ca/authority-trial.ts'
import type { AskSecret, CaKey } from './ca/ca-key.ts'
import { CaKeys } from './ca/ca-keys.ts'
import { createMemoryAuthority, createRootKeyMemory, MEMORY_STORAGE, openMemoryKey } from './ca/memory-authority.ts'
import type { RootKeyPlace } from './ca/new-authority.ts'
import { type AuthorityWish, type NextAuthority, prepareAuthority } from './ca/next-authority.ts'
import { createRootKeyFile } from './ca/root-key-file.ts'
import { createRotationFiles } from './ca/rotation-files.ts'
import { ServedCertificate } from './ca/served-certificate.ts'
import { issueServerCertificate, openServerCertificate } from './ca/server-certificate.ts'
import { ServerRenewal, type ServerRenewalOptions } from './ca/server-renewal.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { hsmSettings } from './config-ca-key.ts'
import { ClientTrust } from './edge/client-trust.ts'
import { readMachineNames } from './edge/machine-names.ts'
import { DomainError } from './errors.ts'
import type { Logger } from './logger.ts'

/** The CA and what the hub itself shows. */
export interface Pki {
  readonly authorities: Authorities
  /** The one that issues now. */
  readonly authority: CertificateAuthority
  /** What those who are certified by us are verified with now. */
  readonly caCertificatePem: string
  /** Of every CA that signs. */
  readonly caKeys: CaKeys
  readonly caCreated: boolean
  /** Why peers refuse what the CA signs, one that was adopted: it served before, and a start goes on with it. */
  readonly authorityFault: string | undefined
  readonly https: Showing
  readonly mqtts: Showing
  /** What verifies MQTTS now: the CA's certificate, or that of the CA that signed `mqtt.ssl.cert_file`. */
  readonly anchorPem: string
  /** Of the hub's own server certificate, whichever listener shows it. */
  readonly renewal: ServerRenewal
  /** What client certificates must lead to. */
  readonly clientTrust: ClientTrust
  /** The CAs of others that are trusted beside our own from now on. */
  trustForeign(authorities: readonly X509Certificate[]): void
  /** Makes the CA that is to take over. */
  prepareNext(wish: AuthorityWish): Promise<NextAuthority>
  /** Takes what has changed in the files of the administrator. */
  watch(): Promise<void>
  /** The same at once, and the hub's own certificate renewed where that is due. */
  reload(): Promise<void>
}

export interface PkiOptions {
  readonly publications: Publications
  readonly askSecret: AskSecret | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export async function openPki(config: Config, options: PkiOptions): Promise<Pki> {
  const { publications, askSecret, clock, logger } = options
  const certsDir = resolve(config.certs_dir)
  const { key_algorithm: keyAlgorithm, passphrase } = config.ca
  const hsm = hsmSettings(config)
  const provided = await openProvidedCertificates(config, clock, logger)
  const anchorPem = provided.mqtts?.anchor.certificatePem
  const { authority, key, retiring, created } = await openAuthority({
    certsDir,
    hierarchy: config.ca.hierarchy,
    publications,
    clock,
    logger,
    ...(keyAlgorithm ? { keyAlgorithm } : {}),
    ...(anchorPem === undefined ? {} : { anchorPem }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(hsm ? { hsm } : {}),
    ...(askSecret ? { askSecret } : {}),
  })
  const storage = createRotationFiles({ certsDir, anchorPem, passphrase, logger })
  const authorities = new Authorities({ current: authority, retiring: retiring?.authority, storage, clock })
  const caKeys = new CaKeys([key, ...(retiring ? [retiring.key] : [])])
  const rootKey = createRootKeyFile({ certsDir, passphrase, logger })
  const readNames = (): readonly string[] => [...ownNames(config), ...readMachineNames()]
  const open: ServerRenewalOptions['open'] = (names, isForced) =>
    openServerCertificate({ certsDir, authority: authorities.serving, names, isForced, clock, logger })
  const isShared = config.listen.single !== undefined
  const next = { config, rootKey, storage, publications }
  return createPki({ authorities, caKeys, created, next, provided, isShared, readNames, open, clock, logger })
}

/** For a hub that leaves no file behind, and is reached from its own machine alone. */
export async function createMemoryPki(config: Config, options: PkiOptions): Promise<Pki> {
  const { publications, clock, logger } = options
  const provided = await openProvidedCertificates(config, clock, logger)
  const current = await createMemoryAuthority(clock, config.ca.key_algorithm, publications)
  const caKeys = new CaKeys([await openMemoryKey(current, clock, logger)])
  const authorities = new Authorities({ current, storage: MEMORY_STORAGE, clock })
  const open: ServerRenewalOptions['open'] = (names) => issueServerCertificate(authorities.serving, names)
  const next = { config, rootKey: createRootKeyMemory(), storage: MEMORY_STORAGE, publications }
  const isShared = config.listen.single !== undefined
  const readNames = (): readonly string[] => ownNames(config)
  return createPki({ authorities, caKeys, created: true, next, provided, isShared, readNames, open, clock, logger })
}

interface PkiParts extends Pick<ServerRenewalOptions, 'readNames' | 'open' | 'clock' | 'logger'> {
  readonly authorities: Authorities
  readonly caKeys: CaKeys
  readonly created: boolean
  readonly next: {
    readonly config: Config
    readonly rootKey: RootKeyPlace
    readonly storage: AuthorityStorage
    readonly publications: Publications
  }
  readonly provided: ProvidedShowings
  /** Whether HTTPS shows what MQTTS shows: one port serves both. */
  readonly isShared: boolean
}

async function createPki({
  authorities,
  caKeys,
  created,
  next,
  provided,
  isShared,
  ...options
}: PkiParts): Promise<Pki> {
  const served = new ServedCertificate(await options.open(options.readNames(), false))
  const renewal = new ServerRenewal({ ...options, authority: () => authorities.serving, served })
  const own: Showing = { served, keeper: renewal }
  const watches = [provided.https, provided.mqtts].flatMap((showing) => (showing ? [showing.keeper] : []))
  const mqtts = provided.mqtts ?? own
  const https = isShared ? mqtts : (provided.https ?? own)
  let foreign: readonly X509Certificate[] = []
  const { clock, logger } = options
  const shownNames = (): readonly string[] => ([https, mqtts].includes(own) ? served.identity.names : [])
  const adopted = authorities.current
  const fault = created ? undefined : await findFaultInUse(adopted, shownNames(), clock)
  if (fault !== undefined)
    logger.warn({ component: 'ca', subject: adopted.subject, fault }, 'CA signs what peers refuse')
  const clientTrust = new ClientTrust(trustedCertificates(authorities))
  const exchangeTrust = (): void => clientTrust.exchange([...trustedCertificates(authorities), ...foreign])
  authorities.onChange(exchangeTrust)
  return {
    authorities,
    get authority() {
      return authorities.current
    },
    get caCertificatePem() {
      return authorities.certificatePem
    },
    caKeys,
    caCreated: created,
    get authorityFault() {
      return authorities.current === adopted ? fault : undefined
    },
    https,
    mqtts,
    get anchorPem() {
      return provided.mqtts?.anchor.certificatePem ?? authorities.certificatePem
    },
    renewal,
    clientTrust,
    trustForeign(certificates) {
      foreign = certificates
      exchangeTrust()
    },
    async prepareNext(wish) {
      const { config, ...parts } = next
      requirePlaceForNext(caKeys.current, config.ca.passphrase)
      const serverNames = shownNames()
      const current = authorities.current
      return prepareAuthority(wish, { config: config.ca, current, serverNames, ...parts, clock, logger })
    },
    async watch() {
      await Promise.all(watches.map((watch) => watch.check()))
    },
    async reload() {
      await Promise.all([renewal.check(), ...watches.map((watch) => watch.reread())])
    },
  }
}

function ownNames({ public_host: publicHost, tls }: Config): readonly string[] {
  return publicHost === undefined ? tls.server_names : [publicHost, ...tls.server_names]
}

/** Throws `ca_key_in_hsm` and `passphrase_missing`: the next key is to be as safe as the present one. */
function requirePlaceForNext({ kind, isProtected }: CaKey, passphrase: string | undefined): void {
  if (kind === 'hsm') {
    throw new DomainError(
      'ca_key_in_hsm',
      "The CA's key is in an HSM, and a rotation keeps keys in files: this CA can have no successor while ca.hsm is set",
    )
  }
  if (isProtected && passphrase === undefined) {
    throw new DomainError(
      'passphrase_missing',
      "The CA's key is encrypted, and the hub knows no passphrase for the next one: set ca.passphrase_file and start again",
    )
  }
}
