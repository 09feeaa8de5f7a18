import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { startHub } from '../../src/app.ts'
import type { Hub } from '../../src/app-hub.ts'
import { fieldsAround } from '../../src/app-log-fields.ts'
import { type ConfigInput, createConfig } from '../../src/config.ts'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createLogger, type Logger } from '../../src/logger.ts'
import type { CertificateKind } from '../../src/registry/certificate.ts'
import type { RecordedRefusal } from '../../src/registry/refusal-ring.ts'
import { createTestClock, type TestClock } from '../../src/testing/test-clock.ts'
import { CHEAP } from './cheap-guesses.ts'
import { FAST_PATH } from './fast-path.ts'
import { LogSink } from './log-sink.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a client needs to say who it is. */
export interface Credentials {
  readonly cert: string
  readonly key: string
}

export interface Enrolled extends Credentials {
  readonly id: string
  readonly fingerprint: string
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the JSON; a type would repeat it
  json(): any
}

export interface ApiCall {
  readonly body?: unknown
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** A client certificate, for the connection that is made for this call. */
  readonly credentials?: Credentials | undefined
}

export interface TestHub extends AsyncDisposable {
  readonly hub: Hub
  readonly folder: string
  readonly certsDir: string
  readonly dataDir: string
  readonly ca: string
  readonly caKey: string
  readonly adminToken: string
  readonly clock: TestClock
  readonly log: LogSink
  /** Over HTTPS, as administrator unless a token, or null for none, is given. */
  api(method: string, path: string, call?: ApiCall): Promise<ApiAnswer>
  enrol(deviceId: string, request?: Readonly<Record<string, unknown>>): Promise<Enrolled>
  enrolService(name: string, allow: readonly string[]): Promise<Enrolled>
  /** An MQTT.js client that is connected; rejects with the CONNACK's code. */
  connect(credentials: Partial<Credentials>, options?: IClientOptions): Promise<MqttClient>
  refusals(): Promise<readonly RecordedRefusal[]>
  /** These are its settings as soon as it reads them again. */
  write(settings: ConfigInput): void
  /** Has it read them. */
  reload(settings: ConfigInput): Promise<ApiAnswer>
  /** Puts a certificate that was made elsewhere into the registry. */
  register(pem: string, subjectId: string, kind?: CertificateKind): void
}

export interface TestHubOptions {
  /** A folder of the caller's, kept when the hub ends. */
  readonly folder?: string
  readonly settings?: ConfigInput
  readonly clock?: TestClock
  /** Then nothing is in `log`. */
  readonly logger?: Logger
}

/** The whole hub in this process: real TLS, real SQLite, real keys, free ports; the clock and the log are the only doubles. */
export async function startTestHub({
  folder,
  settings,
  clock = createTestClock(),
  logger: ownLogger,
}: TestHubOptions = {}): Promise<TestHub> {
  await using stack = new AsyncDisposableStack()
  const root = folder ?? stack.use(await temporaryFolder()).path
  const certsDir = join(root, 'certs')
  const dataDir = join(root, 'data')
  const log = new LogSink()
  const logger = ownLogger ?? createLogger({ level: 'debug', format: 'json', stream: log, around: fieldsAround })
  const withPlaces = (own: ConfigInput = {}): ConfigInput => ({
    ...own,
    api: { host: 'localhost', port: 0, ...own?.api },
    mqtt: { host: '::', port: 0, ...own?.mqtt },
    certs_dir: certsDir,
    data_dir: dataDir,
  })
  let written = settings
  const write = (now: ConfigInput): void => {
    written = now
  }
  const reread = async () => createConfig(withPlaces(written))
  const hub = stack.use(
    await startHub(await reread(), {
      logger,
      pid: process.pid,
      clock: clock.now,
      fastPath: FAST_PATH,
      backupCost: CHEAP,
      reread,
    }),
  )
  const ca = readFileSync(join(certsDir, 'ca-cert.pem'), 'utf8')
  const adminToken = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim()
  const clients: MqttClient[] = []
  stack.defer(async () => void (await Promise.all(clients.map((client) => client.endAsync(true)))))
  const resources = stack.move()

  const api: TestHub['api'] = (method, path, { body, token = adminToken, headers, credentials } = {}) =>
    callApi({ port: hub.apiPort, ca, method, path, body, token, headers: headers ?? {}, credentials })

  return {
    hub,
    folder: root,
    certsDir,
    dataDir,
    ca,
    // Of a CA in an HSM there is no such file.
    get caKey() {
      return readFileSync(join(certsDir, 'ca-key.pem'), 'utf8')
    },
    adminToken,
    clock,
    log,
    api,
    async enrol(deviceId, request) {
      const answer = await api(
        'POST',
        `/api/devices/certificates/${encodeURIComponent(deviceId)}`,
        request ? { body: request } : {},
      )
      return readEnrolled(answer, deviceId)
    },
    async enrolService(name, allow) {
      const created = await api('POST', '/api/services', { body: { name, allow } })
      if (created.status !== 201) throw new Error(created.text)
      return readEnrolled(await api('POST', `/api/services/${name}/certificates`), name)
    },
    async connect({ cert, key }, options = {}) {
      const client = await connectAsync({
        protocol: 'mqtts',
        host: 'localhost',
        port: hub.mqttPort,
        ca,
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
        protocolVersion: 4,
        reconnectPeriod: 0,
        connectTimeout: 10_000,
        ...options,
      })
      clients.push(client)
      // A test that is about a broken connection waits for "close"; without a listener the error would end the run.
      client.on('error', () => undefined)
      return client
    },
    async refusals() {
      return (await api('GET', '/api/diagnostics/refusals')).json().items
    },
    write,
    reload(now) {
      write(now)
      return api('POST', '/api/config/reload')
    },
    register(pem, subjectId, kind = 'device') {
      using database = openDatabase({ file: join(dataDir, 'hub.db') })
      const certificate = new X509Certificate(pem)
      createCertificateStore(database).insert({
        id: crypto.randomUUID(),
        kind,
        subjectId,
        fingerprint: certificate.fingerprint256,
        serialNumber: certificate.serialNumber,
        pem,
        notBefore: new Date(certificate.validFrom),
        notAfter: new Date(certificate.validTo),
        createdAt: clock.now(),
        firstSeenAt: undefined,
        retiresAt: undefined,
        revokedAt: undefined,
        revocationReason: undefined,
      })
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function readEnrolled(answer: ApiAnswer, id: string): Enrolled {
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  const { clientCert, clientKey, fingerprint } = answer.json()
  return { id, cert: clientCert, key: clientKey, fingerprint }
}

interface Call extends Required<Pick<ApiCall, 'headers' | 'credentials'>> {
  readonly port: number
  readonly ca: string
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly token: string | null
}

function callApi({ port, ca, method, path, body, token, headers, credentials }: Call): Promise<ApiAnswer> {
  const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      {
        host: 'localhost',
        port,
        ca,
        ...(credentials ? { cert: credentials.cert, key: credentials.key } : {}),
        method,
        path,
        agent: false,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      async (incoming) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        const text = Buffer.concat(chunks).toString()
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: () => JSON.parse(text) })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}
