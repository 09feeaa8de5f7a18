import type { Config } from './config.ts'
import { apiEndpoint } from './config-edge.ts'

/** Where on the hub those documents lie that follow the CA. */
export interface PublishedPaths {
  readonly crl: string
  readonly caCertificate: string
}

/** The URLs that certificates name; none: nobody has said by what name the hub is reached. */
export function publication(
  config: Pick<Config, 'api' | 'listen' | 'pki' | 'public_host'>,
  { crl, caCertificate }: PublishedPaths,
) {
  const url = config.pki.public_url ?? ownUrl(config)
  if (url === undefined) return undefined
  const at = (path: string): string => new URL(path, url).href
  return { distributionPoint: at(crl), ocsp: at('/pki/ocsp'), caIssuers: at(caCertificate) }
}

function ownUrl(config: Pick<Config, 'api' | 'listen' | 'public_host'>): string | undefined {
  const { public_host: host } = config
  const { port } = apiEndpoint(config)
  // A port that is chosen at each start is none to write into a certificate.
  if (host === undefined || port === 0) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
