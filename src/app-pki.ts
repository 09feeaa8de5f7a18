import type { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import type { CertificateAuthority } from './ca/authority.ts'
import { openAuthority } from './ca/authority-files.ts'
import { createMemoryAuthority } from './ca/memory-authority.ts'
import { openServerCertificate } from './ca/server-certificate.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { readMachineNames } from './edge/machine-names.ts'
import type { Logger } from './logger.ts'

/** The CA and what the hub itself shows. */
export interface Pki {
  readonly authority: CertificateAuthority
  readonly caCreated: boolean
  readonly server: ServerIdentity
  /** What client certificates must lead to. */
  readonly clientCa: readonly X509Certificate[]
}

export interface ServerIdentity {
  readonly keyPem: string
  /** The leaf first, then what leads to the root. */
  readonly certificatePem: string
  readonly names: readonly string[]
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
  const server = await openServerCertificate({
    certsDir,
    authority,
    names: [...ownNames(config), ...readMachineNames()],
    clock,
    logger,
  })
  return { authority, caCreated: created, server, clientCa: [authority.certificate, ...authority.intermediates] }
}

/** For a hub that leaves no file behind, and is reached from its own machine alone. */
export async function createMemoryPki(config: Config, clock: Clock): Promise<Pki> {
  const authority = await createMemoryAuthority(clock, config.ca.key_algorithm)
  const names = ['localhost', '127.0.0.1', '::1', ...ownNames(config)]
  const { certificatePem, privateKeyPem: keyPem } = await authority.issueServer(names)
  return { authority, caCreated: true, server: { keyPem, certificatePem, names }, clientCa: [authority.certificate] }
}

function ownNames({ public_host: publicHost, tls }: Config): readonly string[] {
  return publicHost === undefined ? tls.server_names : [publicHost, ...tls.server_names]
}
