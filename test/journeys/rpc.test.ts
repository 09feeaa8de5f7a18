import type { ClientRequest } from 'node:http'
import { Agent, request } from 'node:https'
import type { MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const OWN = 'users/default/devices/device-001'
const PATH = '/api/users/default/devices/device-001/rpc'

type Answering = (request: { readonly id: string; readonly method: string; readonly params: unknown }) => unknown

describe('a call of a device', () => {
  test('is answered with what the device says', async () => {
    await using hub = await startTestHub()
    await connectDevice(hub, ({ id, method, params }) => ({ id, result: { method, params } }))
    const answer = await call(hub, { method: 'set', params: { on: [true, null, 'да'] } })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      result: { method: 'set', params: { on: [true, null, 'да'] } },
    })
  })

  test('goes without params, and with null, as it was asked', async () => {
    await using hub = await startTestHub()
    await connectDevice(hub, ({ id, ...asked }) => ({ id, result: asked }))
    expect((await call(hub, { method: 'a' })).json().result).toEqual({ method: 'a' })
    expect((await call(hub, { method: 'a', params: null })).json().result).toEqual({ method: 'a', params: null })
  })

  test('many at once are answered each with its own, in whatever order', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    const asked: { id: string; params: number }[] = []
    device.on('message', (_, payload) => {
      asked.push(JSON.parse(payload.toString()))
      if (asked.length < 20) return
      for (const { id, params } of asked.toReversed()) answerWith(device, { id, result: params * 2 })
    })
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    const answers = await Promise.all(numbers.map((params) => call(hub, { method: 'double', params })))
    expect(answers.map((answer) => answer.json().result)).toEqual(numbers.map((number) => number * 2))
  })

  test('says what the device said of its failure', async () => {
    await using hub = await startTestHub()
    await connectDevice(hub, ({ id }) => ({ id, error: { code: -32_601, message: 'Method is not known' } }))
    const answer = await call(hub, { method: 'fly' })
    expect(answer.status).toBe(502)
    expect(answer.json()).toMatchObject({
      code: 'device_error',
      detail: 'device-001 answered fly with error -32601: Method is not known',
      deviceCode: '-32601',
      deviceMessage: 'Method is not known',
    })
  })

  test('ends when the time is over, and a late answer finds nobody', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    const asked = nextMessage(device)
    const answer = await call(hub, { method: 'sleep', timeoutMs: 1 })
    expect([answer.status, answer.json().code]).toEqual([504, 'device_timeout'])
    const { id } = JSON.parse((await asked).payload)
    await device.publishAsync(`${OWN}/rpc/response`, JSON.stringify({ id, result: 'late' }), { qos: 1 })
    device.on('message', (_, payload) =>
      answerWith(device, { id: JSON.parse(payload.toString()).id, result: 'in time' }),
    )
    expect((await call(hub, { method: 'sleep' })).json().result).toBe('in time')
  })

  test('of a device that is away is refused, and waits in no queue', async () => {
    await using hub = await startTestHub()
    const enrolled = await hub.enrol('device-001')
    const device = await hub.connect(enrolled, { clientId: 'device-001', clean: false })
    await device.subscribeAsync(`${OWN}/#`, { qos: 1 })
    await device.endAsync()
    let session = await hub.api('GET', '/api/sessions/device-001')
    while (session.json().connected) session = await hub.api('GET', '/api/sessions/device-001')
    const answer = await call(hub, { method: 'ping' })
    expect([answer.status, answer.json()]).toMatchObject([
      409,
      { code: 'device_offline', detail: 'device-001 is not connected' },
    ])
    expect((await hub.api('GET', '/api/sessions/device-001')).json().queued.messages).toBe(0)
  })

  test('of a device that does not listen says where it should', async () => {
    await using hub = await startTestHub()
    await hub.connect(await hub.enrol('device-001'), { clientId: '' })
    expect((await call(hub, { method: 'ping' })).json()).toMatchObject({
      code: 'device_offline',
      detail: `device-001 is connected, and has not subscribed to ${OWN}/rpc/request`,
    })
  })

  test('ends when the device loses its connection', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    device.once('message', () => device.stream.destroy())
    const answer = await call(hub, { method: 'reboot', timeoutMs: 120_000 })
    expect([answer.status, answer.json().detail]).toEqual([409, 'device-001 lost its connection before it answered'])
  })

  test('ends with the hub, and is told so', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    const asked = nextMessage(device)
    const answer = call(hub, { method: 'wait', timeoutMs: 120_000 })
    await asked
    await hub.hub[Symbol.asyncDispose]()
    expect(await answer).toMatchObject({ status: 503 })
    expect((await answer).json()).toMatchObject({ code: 'hub_stopping' })
  })

  test('is answered by a device that does so while the hub stops', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    const asked = nextMessage(device)
    const answer = call(hub, { method: 'wait', timeoutMs: 120_000 })
    const { id } = JSON.parse((await asked).payload)
    const stopped = hub.hub[Symbol.asyncDispose]()
    answerWith(device, { id, result: 'done' })
    expect((await answer).json()).toEqual({ id, result: 'done' })
    await stopped
  })

  test('is answered by the device alone, even where others may publish for it', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    const service = await hub.connect(await hub.enrolService('meddler', [`${OWN}/#`]), { clientId: 'meddler' })
    device.once('message', async (_, payload) => {
      const { id } = JSON.parse(payload.toString())
      await service.publishAsync(`${OWN}/rpc/response`, JSON.stringify({ id, result: 'false' }), { qos: 1 })
      answerWith(device, { id, result: 'true' })
    })
    expect((await call(hub, { method: 'ping' })).json().result).toBe('true')
  })

  test('is answered on the topic of its own device', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    device.once('message', async (_, payload) => {
      const { id } = JSON.parse(payload.toString())
      await device.publishAsync(`${OWN}/other/rpc/response`, JSON.stringify({ id, result: 'elsewhere' }), { qos: 1 })
      answerWith(device, { id, result: 'here' })
    })
    expect((await call(hub, { method: 'ping' })).json().result).toBe('here')
  })

  test('is cancelled when its caller leaves: 100 wait for one device, and their places are free again', async () => {
    await using hub = await startTestHub()
    const device = await connectDevice(hub)
    const hundred = Promise.withResolvers<void>()
    let asked = 0
    device.on('message', (_, payload) => {
      const { id, method } = JSON.parse(payload.toString())
      if (method === 'ping') return answerWith(device, { id, result: 'pong' })
      if (++asked === 100) hundred.resolve()
    })
    using agent = new AgentOfCallers(hub)
    const callers = Array.from({ length: 100 }, () => agent.call({ method: 'wait', timeoutMs: 120_000 }))
    await hundred.promise
    expect((await call(hub, { method: 'ping' })).json()).toMatchObject({ status: 429, code: 'too_many_calls' })
    for (const caller of callers) caller.destroy()
    let answer = await call(hub, { method: 'ping' })
    while (answer.status === 429) answer = await call(hub, { method: 'ping' })
    expect(answer.json().result).toBe('pong')
  })

  test('that the device refuses, or does not answer, is no failure of the hub: no error stands in the log', async () => {
    await using hub = await startTestHub()
    await connectDevice(hub, ({ id, method }) => (method === 'fail' ? { id, error: { code: 1, message: 'no' } } : {}))
    expect((await call(hub, { method: 'fail' })).status).toBe(502)
    expect((await call(hub, { method: 'wait', timeoutMs: 1 })).status).toBe(504)
    expect(hub.log.lines.filter(({ level }) => level === 'error')).toEqual([])
    const causes = hub.log.lines.filter(({ msg }) => msg === 'Change refused').map(({ cause }) => cause)
    expect(causes).toEqual(['device_error', 'device_timeout'])
  })

  test('is for those who may operate, of a device that there is', async () => {
    await using hub = await startTestHub()
    await connectDevice(hub, ({ id }) => ({ id, result: 'pong' }))
    for (const [role, status] of [
      ['operator', 200],
      ['auditor', 403],
    ] as const) {
      const { token } = (await hub.api('POST', '/api/tokens', { body: { name: role, role } })).json()
      expect((await hub.api('POST', PATH, { token, body: { method: 'ping' } })).status).toBe(status)
    }
    for (const path of ['/api/users/other/devices/device-001/rpc', '/api/users/default/devices/gone/rpc']) {
      const answer = await hub.api('POST', path, { body: { method: 'ping' } })
      expect([answer.status, answer.json().code]).toEqual([404, 'device_not_found'])
    }
    for (const body of [{}, { method: '' }, { method: 'a', timeoutMs: 120_001 }, { method: 'a', parameters: 1 }])
      expect((await call(hub, body)).status).toBe(400)
  })
})

const call = (hub: TestHub, body: object) => hub.api('POST', PATH, { body })

async function connectDevice(hub: TestHub, answering?: Answering): Promise<MqttClient> {
  const device = await hub.connect(await hub.enrol('device-001'), { clientId: 'device-001' })
  await device.subscribeAsync(`${OWN}/rpc/request`, { qos: 1 })
  if (answering) device.on('message', (_, payload) => answerWith(device, answering(JSON.parse(payload.toString()))))
  return device
}

function answerWith(device: MqttClient, answer: unknown): void {
  device.publish(`${OWN}/rpc/response`, JSON.stringify(answer), { qos: 1 })
}

/** Callers that can leave. */
class AgentOfCallers implements Disposable {
  readonly #hub: TestHub
  readonly #agent = new Agent({ keepAlive: true })

  constructor(hub: TestHub) {
    this.#hub = hub
  }

  call(body: object): ClientRequest {
    const { hub, ca, adminToken } = this.#hub
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
    const options = {
      host: 'localhost',
      port: hub.apiPort,
      ca,
      agent: this.#agent,
      method: 'POST',
      path: PATH,
      headers,
    }
    const outgoing = request(options)
    outgoing.on('error', () => undefined)
    outgoing.end(JSON.stringify(body))
    return outgoing
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
