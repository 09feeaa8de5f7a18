import { resolve } from 'node:path'
import { CertificateWatch } from './ca/certificate-watch.ts'
import { type ProvidedCertificate, type ProvidedFiles, readProvidedCertificate } from './ca/provided-certificate.ts'
import { ServedCertificate } from './ca/served-certificate.ts'
import type { ServerRenewal } from './ca/server-renewal.ts'
import { findTrustAnchor, isAnchored, readTrustAnchor, type TrustAnchor } from './ca/trust-anchor.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { type CertificateSetting, httpsCertificate, mqttsCertificate } from './config-certificate.ts'
import { DomainError } from './errors.ts'
import type { Logger } from './logger.ts'

/** What a listener shows, and who keeps it up to date. */
export interface Showing {
  readonly served: ServedCertificate
  readonly keeper: Pick<CertificateWatch | ServerRenewal, 'fault'>
}

/** A pair of files that a listener shows instead of the hub's own certificate. */
export interface ProvidedShowing extends Showing {
  readonly keeper: CertificateWatch
}

export interface ProvidedShowings {
  readonly https?: ProvidedShowing
  readonly mqtts?: ProvidedShowing & { readonly anchor: TrustAnchor }
}

/** Reads the certificates that the settings name; throws a sentence for what may not be served. */
export async function openProvidedCertificates(
  config: Config,
  clock: Clock,
  logger: Logger,
): Promise<ProvidedShowings> {
  // One port shows one certificate: that of mqtt.ssl.
  const ofHttps = config.listen.single === undefined ? httpsCertificate(config) : undefined
  const [https, mqtts] = [ofHttps, mqttsCertificate(config)].map((named) => named && filesOf(named))
  return {
    ...(https ? { https: await openHttps(https, clock, logger) } : {}),
    ...(mqtts ? { mqtts: await openMqtts(mqtts, config.mqtt.ssl.ca_file, clock, logger) } : {}),
  }
}

function filesOf({ setting, certificateFile, keyFile }: CertificateSetting): ProvidedFiles {
  return { setting, certificateFile: resolve(certificateFile), keyFile: resolve(keyFile) }
}

async function openHttps(files: ProvidedFiles, clock: Clock, logger: Logger): Promise<ProvidedShowing> {
  const read = (): Promise<ProvidedCertificate> => readProvidedCertificate(files, clock())
  const provided = await read()
  if (!findTrustAnchor(provided.certificates)) {
    const told = { component: 'tls', setting: files.setting, path: files.certificateFile }
    logger.warn(told, 'Certificate leads to no CA that this machine knows: name the whole chain (fullchain.pem)')
  }
  return show(provided, files, read, logger)
}

async function openMqtts(files: ProvidedFiles, caFile: string | undefined, clock: Clock, logger: Logger) {
  const first = await readProvidedCertificate(files, clock())
  const anchor =
    caFile === undefined
      ? findTrustAnchor(first.certificates)
      : await readTrustAnchor(resolve(caFile), files.setting, first.certificates)
  if (!anchor) {
    throw new DomainError(
      'configuration_invalid',
      `${files.certificateFile} (${files.setting}.cert_file) leads to no CA that this machine knows, and devices must be given one: name its file in ${files.setting}.ca_file`,
    )
  }
  const read = async (): Promise<ProvidedCertificate> => {
    const provided = await readProvidedCertificate(files, clock())
    if (isAnchored(provided.certificates, anchor)) return provided
    throw new DomainError(
      'file_invalid',
      `The file ${files.certificateFile} (${files.setting}.cert_file) leads to another CA than the one that devices were given: to take it all the same, start the hub anew`,
    )
  }
  return { ...show(first, files, read, logger), anchor }
}

function show(
  { warnings, certificates: _, ...identity }: ProvidedCertificate,
  files: ProvidedFiles,
  read: () => Promise<ProvidedCertificate>,
  logger: Logger,
): ProvidedShowing {
  const served = new ServedCertificate(identity)
  const { names, notAfter } = identity
  const told = { component: 'tls', setting: files.setting, path: files.certificateFile }
  logger.info({ ...told, names, notAfter }, 'Certificate opened')
  for (const warning of warnings) logger.warn({ ...told, warning }, 'Certificate is odd')
  return { served, keeper: new CertificateWatch({ served, files, read, logger }) }
}
