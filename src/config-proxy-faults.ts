import type { Config } from './config.ts'
import { type PlannedListener, planListeners } from './config-listeners.ts'
import { isLoopback } from './host-name.ts'

/** What the hub answers itself, all that lies below included. */
export const OWN_PATHS = [
  '/.well-known/acme-challenge',
  '/.well-known/est',
  '/api',
  '/assets',
  '/claim',
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

function findOwnListener(config: Config, { host, port }: Route, own: ReadonlySet<string>): readonly string[] {
  const isOwn = isLoopback(host) || own.has(host.toLowerCase())
  const listeners = Object.values<PlannedListener | undefined>({ ...planListeners(config) })
  const found = listeners.find((listener) => isOwn && listener?.port === port)
  return found ? [`${host}:${port} is the hub's own listener (${found.settings.port}): name the other server`] : []
}

/** By which this machine may be called, as far as the configuration knows. */
function namesOf(config: Config): readonly string[] {
  const hosts = Object.values<PlannedListener | undefined>({ ...planListeners(config) }).map((one) => one?.host)
  return [
    '::',
    '0.0.0.0',
    ...[...hosts, config.public_host].filter((name) => name !== undefined),
    ...config.tls.server_names,
  ]
}
