import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates } from 'node:tls'
import { readArrival } from './api/access/caller.ts'
import type { HttpsIdentity } from './api/ports.ts'
import type { Backend, ProxyRoute } from './api/proxy/proxy-route.ts'
import type { JudgeCredential } from './api/proxy/proxy-rule.ts'
import { createReverseProxy, type ReverseProxy } from './api/proxy/reverse-proxy.ts'
import type { Config } from './config.ts'
import { ConfigurationError } from './config-error.ts'
import { findProxyFaults } from './config-proxy-faults.ts'
import { readMachineNames } from './edge/machine-names.ts'
import { DomainError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Peer } from './peer-identity.ts'
import type { Registry } from './registry/registry.ts'

export interface ProxyParts {
  readonly registry: Pick<Registry, 'admissions' | 'administratorAdmissions' | 'apiAdmissions' | 'refusals'>
  readonly https: HttpsIdentity
  readonly logger: Logger
}

/** The servers behind the hub; throws where a route is none, or the file of a CA. */
export function openReverseProxy(config: Config, { registry, https, logger }: ProxyParts): ReverseProxy {
  const faults = findProxyFaults(config, new Set(), readMachineNames())
  if (faults.length > 0) throw new ConfigurationError(faults)
  const { refusals } = registry
  return createReverseProxy({
    routes: config.server.reverse_proxy.map(readRoute),
    judgeCredential: judgeBy(registry),
    https,
    get loopbackHttp() {
      return config.api.loopback_http
    },
    recordRefusal: refusals.record,
    logger,
  })
}

/** `api`: what the API asks of its callers; `mtls`: a certificate of any kind that the registry holds as active. */
function judgeBy({ admissions, administratorAdmissions, apiAdmissions }: ProxyParts['registry']): JudgeCredential {
  return (credential, { headers: { authorization, cookie } }, origin) => {
    const admission =
      credential === 'mtls'
        ? admitPeer(origin.peer ?? {})
        : apiAdmissions.admit(readArrival({ authorization, cookie }, origin))
    return admission.admitted ? undefined : admission
  }

  function admitPeer(peer: Peer) {
    const admission = admissions.admit(peer)
    if (admission.admitted || admission.cause !== 'certificate_kind_wrong' || !peer.certificate) return admission
    return administratorAdmissions.admit(peer)
  }
}

type RouteSetting = Config['server']['reverse_proxy'][number]

function readRoute({ path, auth, keep_prefix: keepPrefix, trusted, ...setting }: RouteSetting): ProxyRoute {
  return { path, auth, keepPrefix, trusted, backend: readBackend(path, setting) }
}

type BackendSetting = Pick<RouteSetting, 'host' | 'port' | 'https' | 'ca_file'>

function readBackend(path: string, { host, port, https, ca_file: caFile }: BackendSetting): Backend {
  if (!https) return { host, port }
  // Once: to read those hundreds takes a tenth of a second, in which nobody is served. Many are in both lists.
  const everybodys = (): Set<string> => new Set([...getCACertificates('default'), ...getCACertificates('system')])
  const ca = caFile === undefined ? [...everybodys()] : [readCa(path, caFile)]
  return { host, port, secureContext: createSecureContext({ ca }) }
}

function readCa(path: string, file: string): string {
  try {
    const pem = readFileSync(file, 'utf8')
    return new X509Certificate(pem) && pem
  } catch (cause) {
    throw new DomainError('file_invalid', `server.reverse_proxy ${path}: ca_file ${file} is no certificate in PEM`, {
      cause,
    })
  }
}
