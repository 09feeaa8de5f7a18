import type { Config } from './config.ts'
import { apiEndpoint } from './config-edge.ts'

/** The URL of a public document that certificates name; none: nobody has said by what name the hub is reached. */
export function publicUrl(
  config: Pick<Config, 'api' | 'listen' | 'pki' | 'public_host'>,
  path: string,
): string | undefined {
  const url = config.pki.public_url ?? ownUrl(config)
  return url && new URL(path, url).href
}

function ownUrl(config: Pick<Config, 'api' | 'listen' | 'public_host'>): string | undefined {
  const { public_host: host } = config
  const { port } = apiEndpoint(config)
  // A port that is chosen at each start is none to write into a certificate.
  if (host === undefined || port === 0) return undefined
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
