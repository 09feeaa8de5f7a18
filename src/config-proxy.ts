import type { Config } from './config.ts'
import { isLoopback } from './host-name.ts'

export const PROXY_CREDENTIALS = ['none', 'api', 'mtls'] as const
export const PROXY_EXAMPLE = '[{"path": "/app", "host": "127.0.0.1", "port": 8080}]'

// RFC 3986 §2.3: segments that every server spells in one way
const PATH = /^(?:\/(?!\.\.?(?:\/|$))[\w.~-]+)+$/

/** Whether it is "/" or whole segments behind "/", without a "/" at the end. */
export function isProxyPath(text: string): boolean {
  return text === '/' || PATH.test(text)
}

/** What the hub answers itself, all that lies below included. */
export const OWN_PATHS = [
  '/.well-known/acme-challenge',
  '/.well-known/est',
  '/api',
  '/assets',
  '/console',
  '/docs',
  '/livez',
  '/metrics',
  '/mqtt',
  '/openapi.json',
  '/pki',
  '/readyz',
]

/** What is wrong with the routes of the reverse proxy though each alone is well-formed; `ownNames` are more names of this machine. */
export function findProxyFaults(
  config: Config,
  refused: ReadonlySet<string> = new Set(),
  ownNames: readonly string[] = [],
): readonly string[] {
  if (refused.has('server.reverse_proxy')) return []
  const routes = config.server.reverse_proxy
  const own = new Set([...namesOf(config), ...ownNames].map((name) => name.toLowerCase()))
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).some(({ path }) => path === route.path)
    return [
      ...(earlier ? ['another route has this path already'] : []),
      ...(route.ca_file !== undefined && !route.https ? ['ca_file is for backends with https: true'] : []),
      ...findCovered(route.path),
      ...findOwnListener(config, route, own),
    ].map((fault) => `server.reverse_proxy ${route.path}: ${fault}`)
  })
}

function findCovered(path: string): readonly string[] {
  const below = (one: string, other: string): boolean => other === '/' || `${one}/`.startsWith(`${other}/`)
  const written = path.toLowerCase()
  const covered = path === '/' ? '/' : OWN_PATHS.find((own) => below(own, written) || below(written, own))
  return covered === undefined ? [] : [`the hub itself answers ${covered}: choose another path`]
}

type Route = Config['server']['reverse_proxy'][number]

function findOwnListener({ api, mqtt }: Config, { host, port }: Route, own: ReadonlySet<string>): readonly string[] {
  const listeners = { api, mqtt, ...(mqtt.plain.host === undefined ? {} : { 'mqtt.plain': mqtt.plain }) }
  const isOwn = isLoopback(host) || own.has(host.toLowerCase())
  const found = Object.entries(listeners).find(([, listener]) => isOwn && listener.port === port)
  return found ? [`${host}:${port} is the hub's own listener (${found[0]}.port): name the other server`] : []
}

/** By which this machine may be called, as far as the configuration knows. */
function namesOf({ api, mqtt, public_host: publicHost, tls }: Config): readonly string[] {
  const hosts = [api.host, mqtt.host, mqtt.plain.host, publicHost].filter((name) => name !== undefined)
  return ['::', '0.0.0.0', ...hosts, ...tls.server_names]
}
