import type { Config } from './config.ts'
import { file, group, toggle } from './config-field.ts'

/** `ssl`: what HTTPS serves with. */
export const HTTPS_CERTIFICATE = group({
  enabled: toggle(
    true,
    "Whether HTTPS serves the certificate of the two files; false: the hub's own, as without files.",
  ),
  cert_file: file(
    'Certificate of HTTPS and the CAs that lead to it, PEM, watched for a new one.',
    '/etc/letsencrypt/live/hub.example.com/fullchain.pem',
  ),
  key_file: file('Its private key, PEM, not encrypted.', '/etc/letsencrypt/live/hub.example.com/privkey.pem'),
})

/** `mqtt.ssl`: what MQTTS serves with. */
export const MQTTS_CERTIFICATE = group({
  cert_file: file(
    "Certificate of MQTTS in the same form; none: the hub's own, which devices that pin its CA trust.",
    '/etc/letsencrypt/live/hub.example.com/fullchain.pem',
  ),
  key_file: file('Its private key, PEM, not encrypted.', '/etc/letsencrypt/live/hub.example.com/privkey.pem'),
  ca_file: file(
    'CA that devices are given to verify that certificate with; none: the root beside it, or the one this machine knows.',
    'company-root.pem',
  ),
})

/** Two files that go together, and the settings that name them. */
export interface CertificateSetting {
  readonly setting: string
  readonly certificateFile: string
  readonly keyFile: string
}

/** Undefined: the hub's own certificate. */
export function httpsCertificate({ ssl }: Config): CertificateSetting | undefined {
  return ssl.enabled ? filesOf('ssl', ssl) : undefined
}

export function mqttsCertificate({ mqtt }: Config): CertificateSetting | undefined {
  return filesOf('mqtt.ssl', mqtt.ssl)
}

interface Files {
  readonly cert_file?: string
  readonly key_file?: string
}

function filesOf(setting: string, { cert_file: certificateFile, key_file: keyFile }: Files) {
  return certificateFile === undefined || keyFile === undefined ? undefined : { setting, certificateFile, keyFile }
}

/** Certificates without keys, keys without certificates, and a CA without either. */
export function findHalfSetCertificates({ ssl, mqtt }: Config, refused: ReadonlySet<string>): readonly string[] {
  const orphan = mqtt.ssl.ca_file !== undefined && mqtt.ssl.cert_file === undefined && mqtt.ssl.key_file === undefined
  return [
    ...findHalf('ssl', ssl, refused),
    ...findHalf('mqtt.ssl', mqtt.ssl, refused),
    ...(orphan ? ['mqtt.ssl.ca_file says what verifies mqtt.ssl.cert_file, which is not set: set it, or neither'] : []),
  ]
}

function findHalf(setting: string, { cert_file, key_file }: Files, refused: ReadonlySet<string>): readonly string[] {
  if ((cert_file === undefined) === (key_file === undefined)) return []
  const missing = `${setting}.${cert_file === undefined ? 'cert_file' : 'key_file'}`
  if (refused.has(missing)) return []
  return [`${setting}.cert_file and ${setting}.key_file go together: ${missing} must be set too`]
}
