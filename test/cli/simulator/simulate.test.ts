import { EventEmitter, once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Aedes, type AedesOptions } from 'aedes'
import { connect } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { simulateDevice } from '../../../src/cli/simulator/device-simulator.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { run } from '../terminal.ts'

const BASE = 'users/me/devices/dev-1'

/** A foreign broker on a free port of this machine. */
async function openBroker(options: AedesOptions = {}) {
  const broker = await Aedes.createBroker(options)
  const server = createServer(broker.handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    broker,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => broker.close(resolve))
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The verb, as typed; `said` waits for a line it prints, from the beginning on. */
function simulate(cwd: string, port: number | undefined, ...argv: readonly string[]) {
  const signals = new EventEmitter()
  const lines = new EventEmitter()
  let printed = ''
  const names = [
    '--user-id',
    'me',
    '--device-id',
    'dev-1',
    '--mqtt-host',
    '127.0.0.1',
    ...(port === undefined ? [] : ['--mqtt-secure-port', String(port)]),
  ]
  const finished = run({
    argv: ['simulate', ...names, ...argv],
    cwd,
    signals,
    onOutput: (text) => {
      printed += text
      lines.emit('line')
    },
  })
  return {
    signals,
    finished,
    async said(text: string): Promise<void> {
      while (!printed.includes(text)) await once(lines, 'line')
    },
  }
}

describe('a simulated device', () => {
  test('sends telemetry and answers ping, an unknown method with an error, and nothing that is no request', async () => {
    await using broker = await openBroker()
    const device = simulate('/', broker.port, '--use-tls', 'false')
    const backend = connect({ port: broker.port, host: '127.0.0.1' })
    await using _end = { [Symbol.asyncDispose]: () => backend.endAsync(true) }
    await backend.subscribeAsync(`${BASE}/#`)
    await device.said(`subscribed to ${BASE}/rpc/request`)
    const answers: unknown[] = []
    const allAnswered = new Promise<void>((resolve) => {
      backend.on('message', (topicName, payload) => {
        if (topicName === `${BASE}/rpc/response`) answers.push(JSON.parse(payload.toString()))
        if (answers.length === 2) resolve()
      })
    })
    for (const payload of ['{', '{"id":"1","method":"ping","params":{}}', '{"id":"2","method":"reboot"}']) {
      await backend.publishAsync(`${BASE}/rpc/request`, payload)
    }
    await allAnswered
    expect(answers).toEqual([
      { id: '1', result: 'pong' },
      { id: '2', error: { code: -32_601, message: 'Method reboot is not known' } },
    ])
    await device.said('telemetry {"sequence":1,')
    device.signals.emit('SIGTERM')
    const { code, stdout, stderr } = await device.finished
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const line of [
      'connected',
      'RPC ignored: not a JSON object',
      'RPC "ping" answered with a result',
      'stopped',
    ]) {
      expect(stdout).toMatch(new RegExp(`^\\S+Z ${line}$`, 'm'))
    }
  })

  test('has the client id <device>:simulator, so that it evicts nobody, and leaves with a DISCONNECT', async () => {
    await using broker = await openBroker()
    const device = simulate('/', broker.port, '--use-tls', 'false', '--telemetry-seconds', '0')
    const [client] = await once(broker.broker, 'clientReady')
    expect(client.id).toBe('dev-1:simulator')
    await device.said('subscribed')
    const gone = once(broker.broker, 'clientDisconnect')
    device.signals.emit('SIGINT')
    await gone
    expect((await device.finished).stdout).not.toContain('telemetry')
  })

  test('the port of the configuration is taken where none is named', async () => {
    await using broker = await openBroker()
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'config.yaml'), `mqtt: { port: ${broker.port} }`)
    const device = simulate(folder.path, undefined, '--use-tls', 'false')
    await device.said(`subscribed to ${BASE}/rpc/request`)
    device.signals.emit('SIGTERM')
    expect((await device.finished).code).toBe(0)
  })

  test('a client id may be given', async () => {
    await using broker = await openBroker()
    const device = simulate('/', broker.port, '--use-tls', 'false', '--client-id', 'other')
    const [client] = await once(broker.broker, 'clientReady')
    expect(client.id).toBe('other')
    device.signals.emit('SIGTERM')
    expect((await device.finished).code).toBe(0)
  })

  test('a refused connection says why, and is tried again later', async () => {
    await using broker = await openBroker({
      // MQTT 3.1.1 §3.2.2.3: 5 is "not authorized"
      authenticate: (_client, _name, _password, done) => done(Object.assign(new Error('no'), { returnCode: 5 }), null),
    })
    const device = simulate('/', broker.port, '--use-tls', 'false')
    await device.said('next attempt in')
    device.signals.emit('SIGTERM')
    const { code, stdout } = await device.finished
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /error: Connection refused: Not authorized\n.* not connected\n.* next attempt in \d\.\d s\n.* stopped\n$/,
    )
  })

  test('a hub that is not there is told by the error of the system', async () => {
    const device = simulate('/', 1, '--use-tls', 'false')
    await device.said('next attempt in')
    device.signals.emit('SIGTERM')
    expect((await device.finished).stdout).toContain('ECONNREFUSED')
  })

  test('it stops at once while a peer does not answer', async () => {
    await using server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const device = simulate(
      '/',
      typeof address === 'object' && address !== null ? address.port : 0,
      '--use-tls',
      'false',
    )
    await once(server, 'connection')
    device.signals.emit('SIGTERM')
    const { code, stdout } = await device.finished
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ not connected\n.* stopped\n$/) })
  })

  test('a lost connection is made again after a wait', async () => {
    await using broker = await openBroker()
    const stop = new AbortController()
    const lines: string[] = []
    let connections = 0
    broker.broker.on('subscribe', (_subscriptions, client) => {
      connections++
      if (connections < 3) client.conn.destroy()
      else stop.abort()
    })
    await simulateDevice(
      {
        userId: 'me',
        deviceId: 'dev-1',
        telemetrySeconds: 0,
        connection: { host: '127.0.0.1', port: broker.port, clientId: 'dev-1' },
      },
      {
        connect,
        say: (line) => lines.push(line),
        clock: () => new Date(0),
        random: () => 0.0001,
        signal: stop.signal,
      },
    )
    expect(connections).toBe(3)
    expect(lines.filter((line) => line === 'next attempt in 0.0 s')).toHaveLength(2)
    expect(lines.at(-1)).toBe('stopped')
  })

  test('a subscription that the hub refuses is told', async () => {
    await using broker = await openBroker({ authorizeSubscribe: (_client, _subscription, done) => done(null, null) })
    const device = simulate('/', broker.port, '--use-tls', 'false', '--telemetry-seconds', '0')
    await device.said('subscription refused: ')
    device.signals.emit('SIGTERM')
    expect((await device.finished).code).toBe(0)
  })
})

describe('over TLS', () => {
  test('the files of signet device add are taken where none are named', async () => {
    await using folder = await temporaryFolder()
    const device = await simulate(folder.path, 8883).finished
    const missing = join(folder.path, 'certs', 'devices', 'dev-1-cert.pem')
    expect(device).toMatchObject({ code: 1, stderr: `signet: ${missing} cannot be read: ENOENT\n` })
  })

  test('files may be named, and what is in them is never printed', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'pki'))
    for (const name of ['cert', 'key', 'ca']) await writeFile(join(folder.path, 'pki', `${name}.pem`), `SECRET ${name}`)
    const paths = ['--cert-path', 'pki/cert.pem', '--key-path', 'pki/key.pem', '--ca-path', 'pki/ca.pem']
    const { code, stdout, stderr } = await simulate(folder.path, 1, '--use-tls', 'true', ...paths).finished
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^signet: pki\/cert\.pem, pki\/key\.pem, pki\/ca\.pem cannot be used for TLS: .*\n$/)
    expect(stderr).not.toContain('SECRET')
  })
})

describe('a wrong call is refused, exit 2', () => {
  for (const argv of [
    ['--mqtt-secure-port', '0'],
    ['--mqtt-secure-port', 'x'],
    ['--telemetry-seconds', '-1'],
    ['--telemetry-seconds', ''],
    ['--use-tls', 'yes'],
  ]) {
    test(argv.join(' '), async () => {
      const { code, stderr } = await simulate('/', 1, ...argv).finished
      expect(code).toBe(2)
      expect(stderr).toMatch(/^signet: option .* argument .* is invalid/)
    })
  }
})
