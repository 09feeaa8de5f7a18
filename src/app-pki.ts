import type { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { openProvidedCertificates, type ProvidedShowings, type Showing } from './app-certificates.ts'
import type { CertificateAuthority, DistributionPoints } from './ca/authority.ts'
import { openAuthority } from './ca/authority-files.ts'
import type { AskSecret, CaKey } from './ca/ca-key.ts'
import { createMemoryAuthority, openMemoryKey } from './ca/memory-authority.ts'
import { ServedCertificate } from './ca/served-certificate.ts'
import { issueServerCertificate, openServerCertificate } from './ca/server-certificate.ts'
import { ServerRenewal, type ServerRenewalOptions } from './ca/server-renewal.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { hsmSettings } from './config-ca-key.ts'
import { readMachineNames } from './edge/machine-names.ts'
import type { Logger } from './logger.ts'

/** The CA and what the hub itself shows. */
export interface Pki {
  readonly authority: CertificateAuthority
  readonly caKey: CaKey
  readonly caCreated: boolean
  readonly https: Showing
  readonly mqtts: Showing
  /** What verifies MQTTS: the CA's certificate, or that of the CA that signed `mqtt.ssl.cert_file`. */
  readonly anchorPem: string
  /** Of the hub's own server certificate, whichever listener shows it. */
  readonly renewal: ServerRenewal
  /** What client certificates must lead to. */
  readonly clientCa: readonly X509Certificate[]
  /** Takes what has changed in the files of the administrator. */
  watch(): Promise<void>
  /** The same at once, and the hub's own certificate renewed where that is due. */
  reload(): Promise<void>
}

export interface PkiOptions {
  readonly distributionPoints: DistributionPoints
  readonly askSecret: AskSecret | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export async function openPki(config: Config, options: PkiOptions): Promise<Pki> {
  const { distributionPoints, askSecret, clock, logger } = options
  const certsDir = resolve(config.certs_dir)
  const { key_algorithm: keyAlgorithm, passphrase } = config.ca
  const hsm = hsmSettings(config)
  const provided = await openProvidedCertificates(config, clock, logger)
  const { authority, key, created } = await openAuthority({
    certsDir,
    distributionPoints,
    clock,
    logger,
    ...(keyAlgorithm ? { keyAlgorithm } : {}),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(hsm ? { hsm } : {}),
    ...(askSecret ? { askSecret } : {}),
    ...(provided.mqtts ? { anchorPem: provided.mqtts.anchor.certificatePem } : {}),
  })
  const readNames = (): readonly string[] => [...ownNames(config), ...readMachineNames()]
  const open: ServerRenewalOptions['open'] = (names, isForced) =>
    openServerCertificate({ certsDir, authority, names, isForced, clock, logger })
  const isShared = config.listen.single !== undefined
  return createPki({ authority, key, created, provided, isShared, readNames, open, clock, logger })
}

/** For a hub that leaves no file behind, and is reached from its own machine alone. */
export async function createMemoryPki(config: Config, options: PkiOptions): Promise<Pki> {
  const { distributionPoints, clock, logger } = options
  const provided = await openProvidedCertificates(config, clock, logger)
  const authority = await createMemoryAuthority(clock, config.ca.key_algorithm, distributionPoints)
  const key = await openMemoryKey(authority, clock, logger)
  const open: ServerRenewalOptions['open'] = (names) => issueServerCertificate(authority, names)
  const isShared = config.listen.single !== undefined
  const readNames = (): readonly string[] => ownNames(config)
  return createPki({ authority, key, created: true, provided, isShared, readNames, open, clock, logger })
}

interface PkiParts extends Pick<ServerRenewalOptions, 'readNames' | 'open' | 'clock' | 'logger'> {
  readonly authority: CertificateAuthority
  readonly key: CaKey
  readonly created: boolean
  readonly provided: ProvidedShowings
  /** Whether HTTPS shows what MQTTS shows: one port serves both. */
  readonly isShared: boolean
}

async function createPki({ authority, key, created, provided, isShared, ...options }: PkiParts): Promise<Pki> {
  const served = new ServedCertificate(await options.open(options.readNames(), false))
  const renewal = new ServerRenewal({ ...options, authority, served })
  const own: Showing = { served, keeper: renewal }
  const watches = [provided.https, provided.mqtts].flatMap((showing) => (showing ? [showing.keeper] : []))
  const mqtts = provided.mqtts ?? own
  return {
    authority,
    caKey: key,
    caCreated: created,
    https: isShared ? mqtts : (provided.https ?? own),
    mqtts,
    anchorPem: provided.mqtts?.anchor.certificatePem ?? authority.caCertificatePem,
    renewal,
    clientCa: [authority.certificate, ...authority.intermediates],
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
