import { Writable } from 'node:stream'
import { createApi } from '../../src/api/api.ts'
import type { ApiDependencies } from '../../src/api/dependencies.ts'
import type { ObservedRequest } from '../../src/api/metrics/timings.ts'
import type { PublishedRevocations } from '../../src/api/ports.ts'
import type { RequestOrigin } from '../../src/api/request/request-origin.ts'
import { openAuthority } from '../../src/ca/authority-files.ts'
import { systemClock } from '../../src/clock.ts'
import { createLogger, type Logger } from '../../src/logger.ts'
import type { Refusal } from '../../src/refusal.ts'
import { createApiAdmissions } from '../../src/registry/api-admission.ts'
import type { ApiToken, Role } from '../../src/registry/api-token.ts'
import { finding } from '../../src/registry/diagnosis/finding.ts'
import type { EmqxConnect } from '../../src/registry/emqx-authenticator.ts'
import type { EmqxAction } from '../../src/registry/emqx-authorizer.ts'
import type { PublishedLists } from '../../src/registry/revocation-lists.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createAuthorityDouble } from './authority-double.ts'
import { createBrokerDouble } from './broker-double.ts'
import { createConsoleDouble } from './console-double.ts'
import { createFleetDouble } from './fleet-double.ts'
import { createHandOverDouble } from './hand-over-double.ts'
import { createObservationDouble } from './observation-double.ts'
import { createRegistryDouble, createToken } from './registry-double.ts'
import { createWebhookDouble } from './webhook-double.ts'

export const NOW = new Date('2026-03-01T12:00:00.000Z')
export const HTTPS: RequestOrigin = { surface: 'https', address: '192.0.2.7', loopback: false }
export const SOCKET: RequestOrigin = { surface: 'socket', address: 'hub.sock', loopback: true }
const SERVER_NAMES = ['localhost', '127.0.0.1', '::1', 'hub.example.com', '192.0.2.1']

export const PUBLISHED_LISTS: PublishedLists = {
  number: 7,
  thisUpdate: new Date('2026-03-01T11:55:00.000Z'),
  madeAt: NOW,
  nextUpdate: new Date('2026-03-08T12:00:00.000Z'),
  complete: Buffer.from('complete'),
  completePem: Buffer.from('PEM'),
  forDistributionPoints: Buffer.from('for distribution points'),
}

/** The same lists whoever is asked for, of a CA whose fingerprint begins with `0a`. */
export function publishedRevocations(lists: PublishedLists): PublishedRevocations {
  return {
    current: async () => lists,
    named: async () => lists,
    find: async (id) => (id.startsWith('0a') ? lists : undefined),
  }
}

const UNTIMED = { handshake: () => undefined, commit: () => undefined, revocationEffect: () => undefined }

export const authority = await createTestAuthority()

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: unknown
}

export interface Call {
  readonly method?: string
  readonly as?: Role | 'nobody' | 'stranger'
  readonly json?: unknown
  readonly body?: RequestInit['body']
  readonly headers?: Readonly<Record<string, string>>
  readonly origin?: RequestOrigin
}

/** The API over a registry of object literals, with everything that it asked of them and told them. */
export function createHarness(overrides: Partial<ApiDependencies> = {}) {
  const registry = createRegistryDouble(NOW, authority.caCertificatePem)
  const brokerDouble = createBrokerDouble(NOW)
  const { calls: authorityCalls, ...authorities } = createAuthorityDouble(NOW)
  const handOver = createHandOverDouble(NOW, (deviceId) => registry.issue('device', deviceId))
  const webhookDouble = createWebhookDouble(NOW)
  const { ports: consolePorts, consoleCalls } = createConsoleDouble(NOW)
  const refusals: Refusal[] = []
  const requests: ObservedRequest[] = []
  const audited: unknown[] = []
  const connects: { connect: EmqxConnect | undefined; address: string }[] = []
  const actions: { action: EmqxAction | undefined; address: string }[] = []
  const { logger, lines } = recordLog()
  const app = createApi({
    ...registry.ports,
    ...authorities,
    ...createFleetDouble(NOW),
    modes: { mqtt: 'mtls', api: 'token' },
    apiAdmissions: createApiAdmissions({
      auth: { mode: 'token', openOnLoopback: false },
      administrators: { admit: () => ({ admitted: false, cause: 'certificate_unknown', presented: {} }) },
      tokens: { authenticate: findToken },
      consoleSessions: { find: consolePorts.consoleSessions.find, noteUse: () => undefined },
      noteCertificate: () => undefined,
    }),
    ...brokerDouble.ports,
    ...createObservationDouble(NOW, (...call) => void registry.calls.push(call)),
    certificateAuthority: {
      describe: () => ({
        ...authority,
        keyAlgorithm: 'ec-p256',
        keyStore: 'file',
        isProtected: false,
        fault: undefined,
      }),
      unlock: async () => undefined,
      lock: () => undefined,
    },
    ...handOver.ports,
    ...consolePorts,
    emqx: {
      authenticate(connect, address) {
        connects.push({ connect, address })
        return connect?.cert_pem ? { result: 'allow', is_superuser: false } : { result: 'deny', is_superuser: false }
      },
      authorize(action, address) {
        actions.push({ action, address })
        return { result: action ? 'allow' : 'deny' }
      },
    },
    refusals: { list: () => [] },
    diagnosis: {
      diary: { read: (kind, id) => ({ items: [{ at: NOW, event: 'connected', clientId: `${kind} ${id}` }] }) },
      checkHub: async () => [finding('disk', 'ok', 'disk', { free: 5, total: 9 })],
      examine: ({ kind, id, state }) => [finding('state', 'failed', state, { kind, id })],
      judgeTopic: (_, { topic }) => ({ allowed: topic === 'open', rule: undefined }),
      judgeCertificate: (text) => ({ admitted: true, presented: { subject: text }, kind: undefined, hints: [] }),
    },
    eventLog: {
      readBefore: async () => [{ id: 7, at: NOW, type: 'device.connected', data: { kind: 'device', id: 'd' } }],
    },
    eventStreams: { open: ({ filter, after }) => new Blob([JSON.stringify({ filter, after })]).stream() },
    webhooks: webhookDouble.ports,
    recordRefusal: (refusal) => void refusals.push(refusal),
    consoleFiles: { find: () => undefined },
    renewOwnCertificate: async () => ({
      names: ['localhost'],
      certificate: authority.certificate,
      notAfter: NOW,
    }),
    trust: { caCertificatePem: authority.caCertificatePem, anchorPem: authority.caCertificatePem },
    revocationLists: publishedRevocations(PUBLISHED_LISTS),
    answerOcsp: async (request) => ({ body: Buffer.from(`answer to ${Buffer.from(request).toString()}`) }),
    broker: { brokerHost: 'hub.example.com', mqttPort: 8883 },
    https: { serverNames: () => SERVER_NAMES, publicHost: 'hub.example.com', httpsPort: 3000 },
    webSocket: { subProtocols: ['mqtt', 'mqttv3.1'], allowedOrigins: ['https://app.example.com'] },
    loopbackHttp: true,
    configuration: { reload: async () => ({ applied: ['log.level'], needsRestart: ['api.port'] }) },
    backups: {
      make: async (contents, passphrase) => {
        const text = Buffer.from(`${contents} under ${passphrase}`)
        return { fileName: 'signet.backup', octets: text.length, stream: streamOf(text) }
      },
    },
    allowedOrigins: [],
    audit: {
      within(request, work) {
        audited.push(request)
        return work()
      },
      conclude: (result) => void audited.push(result),
      note: () => undefined,
      byItself: (_act, work) => work(),
      list: async () => ({ items: [] }),
      async *read() {},
      verify: async () => ({
        entries: 0,
        head: undefined,
        brokenAt: undefined,
        missingBefore: undefined,
        isFound: undefined,
      }),
      forgetBefore: async () => undefined,
    },
    metrics: { contentType: 'text/plain; version=0.0.4; charset=utf-8', render: async () => 'signet_up 1\n' },
    timings: { ...UNTIMED, httpRequest: (request) => void requests.push(request) },
    health: { level: () => 'info' },
    readiness: [{ name: 'database', isReady: () => true }],
    signTime: (text) => ({ signature: `signed:${text}`, certificate: 'PEM' }),
    explainFailure: (error) => error,
    clock: () => NOW,
    logger,
    version: '1.2.3',
    ...overrides,
  })

  async function call(path: string, { as = 'admin', json, origin = HTTPS, ...init }: Call = {}): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (as !== 'nobody') headers.set('authorization', `Bearer sgn_${as}_secret`)
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? init.body : JSON.stringify(json)
    const request = {
      method: init.method ?? 'GET',
      headers,
      duplex: 'half',
      ...(body == null ? {} : { body }),
    } as const
    const response = await app.request(path, request, { origin })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: readJson(response, text) }
  }

  return {
    app,
    call,
    calls: registry.calls,
    brokerCalls: brokerDouble.calls,
    authorityCalls,
    handOverCalls: handOver.handOverCalls,
    webhookCalls: webhookDouble.calls,
    consoleCalls,
    refusals,
    requests,
    audited,
    connects,
    actions,
    lines,
  }
}

function readJson({ headers }: Response, text: string): unknown {
  return text !== '' && /^application\/(?:[\w.-]+\+)?json/.test(headers.get('content-type') ?? '')
    ? JSON.parse(text)
    : undefined
}

const ROLES: readonly Role[] = ['admin', 'operator', 'auditor', 'validator']

/** `sgn_<role>_secret` is a good token of that role. */
function findToken(token: string): ApiToken | undefined {
  const role = ROLES.find((name) => token === `sgn_${name}_secret`)
  return role && createToken(role, NOW)
}

export function recordLog(): { readonly logger: Logger; readonly lines: readonly Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { logger: createLogger({ level: 'warn', format: 'json', stream }), lines }
}

async function* streamOf(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets
}

async function createTestAuthority() {
  await using folder = await temporaryFolder()
  const { logger } = recordLog()
  const opened = await openAuthority({ certsDir: folder.path, clock: systemClock, logger })
  return opened.authority
}
