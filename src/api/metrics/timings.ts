import { Histogram, Registry } from 'prom-client'

/** How long what the hub does takes, in seconds; told by the parts that do it. */
export interface Timings {
  handshake(seconds: number): void
  commit(seconds: number): void
  /** From the mark in the registry to the end of the last live session. */
  revocationEffect(seconds: number): void
  httpRequest(request: ObservedRequest): void
}

export interface ObservedRequest {
  readonly method: string
  /** As the API describes it: with names in the place of ids. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

const HANDSHAKE_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const COMMIT_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5]
const EFFECT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30]

/** The histograms among the metrics, each filled by whoever knows. */
export function createTimings(): Timings & { readonly register: Registry } {
  const register = new Registry()
  const create = <Label extends string>(name: string, help: string, buckets: number[], labelNames: Label[] = []) =>
    new Histogram({ name, help, buckets, labelNames, registers: [register] })
  const handshakes = create('signet_tls_handshake_seconds', 'TLS handshakes that were finished', HANDSHAKE_BUCKETS)
  const commits = create('signet_commit_seconds', 'Commits of what MQTT keeps', COMMIT_BUCKETS)
  const effects = create(
    'signet_revocation_effect_seconds',
    'From a revocation to the end of the live sessions',
    EFFECT_BUCKETS,
  )
  const requests = create('signet_http_request_duration_seconds', 'Requests to the API', REQUEST_BUCKETS, [
    'method',
    'route',
    'status',
  ])
  return {
    register,
    handshake: (seconds) => handshakes.observe(seconds),
    commit: (seconds) => commits.observe(seconds),
    revocationEffect: (seconds) => effects.observe(seconds),
    httpRequest: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
  }
}
