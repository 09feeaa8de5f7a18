import { memoryUsage, pid, version } from 'node:process'
import type { IClientOptions, MqttClient } from 'mqtt'
import { startHub } from './app.ts'
import type { Hub } from './app-hub.ts'
import { fieldsAround } from './app-log-fields.ts'
import type { QoS } from './broker/delivery/message.ts'
import type { AcceptedMessage } from './broker/delivery/message-feed.ts'
import type { Clock } from './clock.ts'
import { type ConfigInput, createConfig } from './config.ts'
import { createLogger } from './logger.ts'
import { MessageLog, type MessageWish } from './testing/message-log.ts'
import { createTestClock } from './testing/test-clock.ts'
import { openTestNetwork, type TestNetwork } from './testing/test-network.ts'

export type { AcceptedMessage } from './broker/delivery/message-feed.ts'
export type { MessageWish } from './testing/message-log.ts'
export type { TestNetwork } from './testing/test-network.ts'

export interface TestHubOptions {
  /** The keys of config.yaml, for what the test is about. */
  readonly settings?: ConfigInput
  /** Where the hub's log goes, one JSON object a line; nowhere unless given. */
  readonly log?: { write(text: string): unknown }
}

/** What a client presents, in PEM; `ca` is what it verifies the hub with. */
export interface TestCredentials {
  readonly id: string
  readonly cert: string
  readonly key: string
  readonly ca: string
  readonly fingerprint: string
}

export interface TestDevice extends TestCredentials {
  readonly userId: string
  /** `users/<user>/devices/<id>`, below which it may publish and subscribe. */
  readonly topic: string
}

export interface DeviceOptions {
  readonly userId?: string
  readonly policies?: readonly string[]
  readonly clientIds?: readonly string[]
}

export interface PublishOptions {
  /** 0 unless another is given. */
  readonly qos?: QoS
  readonly retain?: boolean
}

/** Runs with the machine's clock, shifted by what the test has moved it. */
export interface HubClock {
  readonly now: Clock
  /** Takes effect before it returns; resolves when the hub has ended all whose time is over by then. */
  advance(milliseconds: number): Promise<void>
}

/** A whole hub in the test's own process; nothing of it is on the disk, and nothing is left when it is disposed of. */
export interface TestHub extends AsyncDisposable {
  /** Of MQTT over TLS; the clients of this kit come through `network`. */
  readonly mqttPort: number
  readonly apiPort: number
  readonly mqttUrl: string
  readonly apiUrl: string
  /** The CA's certificate, PEM. */
  readonly ca: string
  readonly clock: HubClock
  readonly network: TestNetwork
  readonly events: Hub['events']
  addDevice(deviceId: string, options?: DeviceOptions): Promise<TestDevice>
  /** A back end, with the topic filters that it may publish and subscribe to. */
  addService(name: string, allow: readonly string[]): Promise<TestCredentials>
  /** A connected MQTT.js client, closed with the hub; rejects when it is refused. It does not reconnect unless told to. */
  connect(credentials: TestCredentials, options?: IClientOptions): Promise<MqttClient>
  /** As a back end that may publish anywhere; resolves when the message is kept for every session it must reach. */
  publish(topicName: string, payload: string | Uint8Array, options?: PublishOptions): Promise<void>
  /** A message that the hub has accepted, or accepts next. */
  waitForMessage(topicFilter: string, wish?: MessageWish): Promise<AcceptedMessage>
  /** Those it has accepted so far, in order. */
  messages(topicFilter?: string): readonly AcceptedMessage[]
  /** Revokes every certificate of a device and cuts its sessions, as an operator would. */
  revoke(deviceId: string, reason?: string): Promise<void>
  /** Asks the API as administrator; `path` begins with "/". */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** Starts a hub in memory on free ports of 127.0.0.1. */
export async function startTestHub({ settings, log }: TestHubOptions = {}): Promise<TestHub> {
  await using stack = new AsyncDisposableStack()
  const clock = createTestClock()
  const config = createConfig({
    ...settings,
    api: { host: '127.0.0.1', port: 0, ...settings?.api },
    mqtt: { host: '127.0.0.1', port: 0, ...settings?.mqtt },
  })
  const stream = log ?? { write: () => undefined }
  const logger = createLogger({
    level: log ? config.log.level : 'silent',
    format: 'json',
    stream,
    around: fieldsAround,
  })
  const runtime = { version, rss: memoryUsage.rss }
  const hub = stack.use(await startHub(config, { logger, pid, runtime, clock: clock.now, inMemory: true }))
  const network = stack.use(await openTestNetwork(hub.mqttPort))
  const messages = new MessageLog()
  stack.use(hub.messages.subscribe(messages.add))
  const clients = new Set<MqttClient>()
  stack.defer(async () => void (await Promise.all([...clients].map((client) => client.endAsync(true)))))
  const ca = hub.caCertificate

  const testHub: Omit<TestHub, typeof Symbol.asyncDispose> = {
    mqttPort: network.port,
    apiPort: hub.apiPort,
    mqttUrl: `mqtts://localhost:${network.port}`,
    apiUrl: `https://localhost:${hub.apiPort}`,
    ca,
    clock: {
      now: clock.now,
      advance(milliseconds) {
        clock.advance(milliseconds)
        return hub.sweep()
      },
    },
    network,
    events: hub.events,
    async addDevice(deviceId, options = {}) {
      const { userId } = await ask('POST', '/api/devices', { deviceId, ...options })
      const issued = await ask('POST', `/api/devices/certificates/${encodeURIComponent(deviceId)}`)
      return { ...readCredentials(deviceId, issued), userId, topic: `users/${userId}/devices/${deviceId}` }
    },
    async addService(name, allow) {
      await ask('POST', '/api/services', { name, allow })
      return readCredentials(name, await ask('POST', `/api/services/${encodeURIComponent(name)}/certificates`))
    },
    async connect({ id, cert, key }, options = {}) {
      // Loaded here: a test of the API alone has no use for it.
      const { connectAsync } = await import('mqtt')
      const client = await connectAsync({
        protocol: 'mqtts',
        host: 'localhost',
        port: network.port,
        clientId: id,
        protocolVersion: 4,
        reconnectPeriod: 0,
        ca,
        cert,
        key,
        ...options,
      })
      clients.add(client)
      client.once('end', () => clients.delete(client))
      // A test that breaks the network waits for "close"; without a listener the error would end its process.
      client.on('error', () => undefined)
      return client
    },
    async publish(topicName, payload, options = {}) {
      const bytes = { payload: Buffer.from(payload).toString('base64'), encoding: 'base64' }
      await send('POST', '/api/publish', { topicName, ...bytes, ...options })
    },
    waitForMessage: (topicFilter, wish = {}) => messages.wait(topicFilter, wish),
    messages: (topicFilter = '#') => messages.list(topicFilter),
    async revoke(deviceId, reason = 'unspecified') {
      await send('DELETE', `/api/devices/certificates/${encodeURIComponent(deviceId)}?reason=${reason}`)
    },
    fetch: fetchApi,
  }
  const resources = stack.move()
  return Object.assign(testHub, { [Symbol.asyncDispose]: () => resources.disposeAsync() })

  function fetchApi(path: string, init?: RequestInit): Promise<Response> {
    return hub.fetch(new Request(`https://localhost:${hub.apiPort}${path}`, init))
  }

  async function send(method: string, path: string, body?: unknown): Promise<Response> {
    const json = { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) }
    const answer = await fetchApi(path, { method, ...sent })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the API answers is described by its own schemas, and tested there
  async function ask(method: string, path: string, body?: unknown): Promise<any> {
    return (await send(method, path, body)).json()
  }
}

interface Issued {
  readonly clientCert: string
  readonly clientKey: string
  readonly caCert: string
  readonly fingerprint: string
}

function readCredentials(id: string, { clientCert, clientKey, caCert, fingerprint }: Issued): TestCredentials {
  return { id, cert: clientCert, key: clientKey, ca: caCert, fingerprint }
}
