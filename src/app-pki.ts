import type { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import type { CertificateAuthority } from './ca/authority.ts'
import { openAuthority } from './ca/authority-files.ts'
import { openServerCertificate, type ServerCertificate } from './ca/server-certificate.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { readMachineNames } from './edge/machine-names.ts'
import type { Logger } from './logger.ts'

/** The CA and what the hub itself shows. */
export interface Pki {
  readonly authority: CertificateAuthority
  readonly caCreated: boolean
  readonly server: ServerCertificate
  /** What client certificates must lead to. */
  readonly clientCa: readonly X509Certificate[]
}

export async function openPki(config: Config, clock: Clock, logger: Logger): Promise<Pki> {
  const certsDir = resolve(config.certs_dir)
  const { key_algorithm: keyAlgorithm } = config.ca
  const { authority, created } = await openAuthority({
    certsDir,
    clock,
    logger,
    ...(keyAlgorithm ? { keyAlgorithm } : {}),
  })
  const own = config.public_host === undefined ? [] : [config.public_host]
  const names = [...own, ...config.tls.server_names, ...readMachineNames()]
  const server = await openServerCertificate({ certsDir, authority, names, clock, logger })
  return { authority, caCreated: created, server, clientCa: [authority.certificate, ...authority.intermediates] }
}
