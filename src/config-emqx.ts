import type { Config } from './config.ts'

/** EMQX's REST API as it is reached; undefined where it is not configured. */
export function readEmqxApi({ emqx: { api_url: url, api_key: key, api_secret: secret } }: Config) {
  return url === undefined || key === undefined || secret === undefined ? undefined : { url, key, secret }
}

/** What is missing of the three settings that reach EMQX's REST API, where one of them is set. */
export function findHalfSetEmqx({ emqx }: Config, refused: ReadonlySet<string>): readonly string[] {
  const settings = Object.entries({ api_url: emqx.api_url, api_key: emqx.api_key, api_secret: emqx.api_secret })
  const missing = settings.flatMap(([name, value]) => (value === undefined ? [`emqx.${name}`] : []))
  const isSaid = missing.some((key) => refused.has(key))
  if (isSaid || missing.length === 0 || missing.length === settings.length) return []
  return [`emqx.api_url, emqx.api_key and emqx.api_secret go together: ${missing.join(' and ')} must be set too`]
}
