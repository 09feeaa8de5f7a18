import { randomUUID } from 'node:crypto'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import { matches } from '../topic.ts'
import type { Message } from './delivery/message.ts'
import type { AcceptedMessage, MessageFeed } from './delivery/message-feed.ts'
import { type DeviceAnswer, readAnswer } from './device-answer.ts'
import type { SessionList } from './session-list.ts'
import type { SessionRegistry } from './session-registry.ts'

/** What a device is to do, and by when. */
export interface RemoteCall {
  readonly userId: string
  readonly deviceId: string
  readonly method: string
  /** Anything that is JSON. */
  readonly params: unknown
  readonly timeoutMs: number
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

export interface RemoteResult {
  readonly id: string
  readonly result: unknown
}

export interface RemoteCallsOptions {
  readonly publish: (message: Message) => Promise<void>
  readonly messages: Pick<MessageFeed, 'subscribe'>
  readonly connections: Pick<SessionRegistry, 'listOf' | 'findByClientId'>
  readonly sessions: Pick<SessionList, 'get'>
  readonly events: EventFeed
}

export interface RemoteCalls {
  /**
   * Publishes `{id, method, params}` on the device's `rpc/request` and resolves with the result of its answer on
   * `rpc/response`. Throws `device_offline`, `device_error`, `device_timeout`, `too_many_calls`, `call_cancelled`, and what
   * a publication throws; when the hub stops, `hub_stopping`.
   */
  call(call: RemoteCall): Promise<RemoteResult>
  /** Takes no more calls; those that wait have two seconds left. */
  stop(): void
}

const MAX_CALLS_OF_A_DEVICE = 100
const MAX_CALLS = 10_000
// Less than the API waits for its requests: whoever waits is told.
const GRACE_MS = 2000

interface Pending {
  readonly deviceId: string
  readonly topicName: string
  readonly method: string
  resolve(result: unknown): void
  reject(error: unknown): void
}

export function createRemoteCalls({
  publish,
  messages,
  connections,
  sessions,
  events,
}: RemoteCallsOptions): RemoteCalls {
  const pending = new Map<string, Pending>()
  // Messages are copied for whoever watches: only while somebody waits.
  let watch: Disposable | undefined
  let isStopping = false
  return {
    call,
    stop() {
      isStopping = true
      setTimeout(endWaiting, GRACE_MS).unref()
    },
  }

  async function call({ userId, deviceId, method, params, timeoutMs, signal }: RemoteCall): Promise<RemoteResult> {
    if (isStopping) throw stopping()
    const topic = `users/${userId}/devices/${deviceId}/rpc`
    requireListening(deviceId, `${topic}/request`)
    requireRoom(deviceId)
    signal.throwIfAborted()
    const id = randomUUID()
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = (): void => reject(new DomainError('call_cancelled', 'The caller left before the device answered'))
    const timer = setTimeout(() => reject(timedOut(deviceId, method, timeoutMs)), timeoutMs)
    signal.addEventListener('abort', onAbort)
    add(id, { deviceId, topicName: `${topic}/response`, method, resolve, reject })
    try {
      const payload = Buffer.from(JSON.stringify({ id, method, params }))
      // QoS 0: a device that is away does not find it in its queue when nobody waits for the answer any more.
      await Promise.race([publish({ topic: `${topic}/request`, payload, qos: 0, retain: false }), promise])
      return { id, result: await promise }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      remove(id)
    }
  }

  function add(id: string, one: Pending): void {
    pending.set(id, one)
    if (watch) return
    using stack = new DisposableStack()
    stack.use(messages.subscribe(take))
    stack.use(events.subscribe('device.disconnected', ({ kind, id: holder }) => endOffline(kind, holder)))
    watch = stack.move()
  }

  function remove(id: string): void {
    pending.delete(id)
    if (pending.size > 0) return
    watch?.[Symbol.dispose]()
    watch = undefined
  }

  function take({ topic, payload, clientId }: AcceptedMessage): void {
    if (!topic.endsWith('/rpc/response')) return
    const answer = readAnswer(payload)
    const asked = answer && pending.get(answer.id)
    if (!asked || asked.topicName !== topic) return
    // Others may publish there, by their policies; only the device answers for itself.
    const identity = connections.findByClientId(clientId)?.session?.identity
    if (identity?.kind === 'device' && identity.id === asked.deviceId) settle(asked, answer)
  }

  function endOffline(kind: string, deviceId: string): void {
    if (kind !== 'device' || connections.listOf('device', deviceId).length > 0) return
    for (const asked of pending.values()) {
      if (asked.deviceId === deviceId) asked.reject(offline(`${deviceId} lost its connection before it answered`))
    }
  }

  function endWaiting(): void {
    for (const { reject } of pending.values()) reject(stopping())
  }

  function requireListening(deviceId: string, topicName: string): void {
    const live = connections.listOf('device', deviceId)
    if (live.length === 0) throw offline(`${deviceId} is not connected`)
    const isListening = live.some(({ clientId }) =>
      sessions.get(clientId).subscriptions.some(({ topicFilter }) => matches(topicFilter, topicName)),
    )
    if (!isListening) throw offline(`${deviceId} is connected, and has not subscribed to ${topicName}`)
  }

  function requireRoom(deviceId: string): void {
    const ofDevice = [...pending.values()].filter((one) => one.deviceId === deviceId).length
    if (pending.size < MAX_CALLS && ofDevice < MAX_CALLS_OF_A_DEVICE) return
    throw new DomainError(
      'too_many_calls',
      `${MAX_CALLS_OF_A_DEVICE} calls may wait for one device, and ${MAX_CALLS} in all: ask again when some are answered`,
    )
  }
}

function settle({ deviceId, method, resolve, reject }: Pending, answer: DeviceAnswer): void {
  if ('result' in answer) return resolve(answer.result)
  const { code, message } = answer.error
  const details = { deviceCode: String(code), deviceMessage: message }
  reject(new DomainError('device_error', `${deviceId} answered ${method} with error ${code}: ${message}`, { details }))
}

function stopping(): DomainError {
  return new DomainError('hub_stopping', 'The hub is stopping: ask again when it has started')
}

function offline(sentence: string): DomainError {
  return new DomainError('device_offline', sentence)
}

function timedOut(deviceId: string, method: string, timeoutMs: number): DomainError {
  return new DomainError('device_timeout', `${deviceId} did not answer ${method} within ${timeoutMs} ms`)
}
