import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { listenOnFirst, openListener } from '../../src/edge/listener.ts'
import type { DomainError } from '../../src/errors.ts'

const LOOPBACK = '127.0.0.1'
const MQTT = { host: 'mqtt.host', port: 'mqtt.port' }
const API = { host: 'api.host', port: 'api.port' }

describe('a listener', () => {
  test('hands on what connects to it, and tells the port it was given', async () => {
    const accepted = Promise.withResolvers<Socket>()
    await using listener = await openListener({
      host: LOOPBACK,
      port: 0,
      settings: MQTT,
      onConnection: accepted.resolve,
    })
    using client = dispose(connect(listener.port, LOOPBACK))
    const socket = await accepted.promise
    expect(socket.remotePort).toBe(client.socket.localPort)
    socket.destroy()
  })

  test('that could not accept a connection accepts the next', async () => {
    const sockets: Socket[] = []
    const accepted = Promise.withResolvers<void>()
    await using listener = await openListener({
      host: LOOPBACK,
      port: 0,
      settings: MQTT,
      onConnection(socket) {
        sockets.push(socket)
        // What Node does when accept(2) fails; its declarations leave a socket's server out.
        const { server } = socket as Socket & { readonly server?: Server }
        if (sockets.length === 1) server?.emit('error', new Error('accept ENOMEM'))
        else accepted.resolve()
      },
    })
    using _first = dispose(connect(listener.port, LOOPBACK))
    using _second = dispose(connect(listener.port, LOOPBACK))
    await accepted.promise
    for (const socket of sockets) socket.destroy()
  })

  test('on every address answers on IPv4', async () => {
    const accepted = Promise.withResolvers<Socket>()
    await using listener = await openListener({ host: '::', port: 0, settings: MQTT, onConnection: accepted.resolve })
    using _ = dispose(connect(listener.port, LOOPBACK))
    const socket = await accepted.promise
    expect(socket.remoteAddress).toMatch(/127\.0\.0\.1$/)
    socket.destroy()
  })

  test('on an address of IPv6 answers there alone', async () => {
    const accepted = Promise.withResolvers<Socket>()
    await using listener = await openListener({ host: '::1', port: 0, settings: MQTT, onConnection: accepted.resolve })
    using _ = dispose(connect(listener.port, '::1'))
    const socket = await accepted.promise
    expect(socket.remoteAddress).toBe('::1')
    await expect(once(connect(listener.port, LOOPBACK), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    socket.destroy()
  })

  test('that is disposed accepts nobody, and leaves what it has accepted alone', async () => {
    const accepted = Promise.withResolvers<Socket>()
    const listener = await openListener({ host: LOOPBACK, port: 0, settings: MQTT, onConnection: accepted.resolve })
    using client = dispose(connect(listener.port, LOOPBACK))
    const socket = await accepted.promise
    await listener[Symbol.asyncDispose]()
    const late = connect(listener.port, LOOPBACK)
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    socket.write('x')
    expect(String(await once(client.socket, 'data'))).toBe('x')
    socket.destroy()
  })
})

describe('of several addresses', () => {
  test('one that the machine does not have is passed over, as IPv6 is where the kernel has none', async () => {
    await using server = createServer()
    await listenOnFirst(server, ['198.51.100.1', LOOPBACK, '127.0.0.2'], 0)
    expect((server.address() as AddressInfo).address).toBe(LOOPBACK)
  })

  test('one whose port is taken is not', async () => {
    await using taken = await openListener({ host: LOOPBACK, port: 0, settings: API, onConnection: () => undefined })
    const listening = listenOnFirst(createServer(), [LOOPBACK, '127.0.0.2'], taken.port)
    await expect(listening).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('a port that cannot be opened', () => {
  for (const host of [LOOPBACK, '::']) {
    test(`on ${host}, because it is taken, is named with the setting that mends it`, async () => {
      await using taken = await openListener({ host, port: 0, settings: API, onConnection: () => undefined })
      const where = host === '::' ? `Port ${taken.port}` : `Port ${taken.port} of ${host}`
      const error = await refused({ host, port: taken.port })
      expect(error.message).toBe(`${where} is taken by another program: stop it, or set mqtt.port to a free port`)
    })
  }

  for (const { name, host, setting } of [
    { name: 'because the machine has no such address', host: '198.51.100.1', setting: 'mend mqtt.host' },
    {
      name: 'because the name does not resolve',
      host: 'hub.invalid',
      setting: 'that name has no address here; mend mqtt.host',
    },
    { name: 'because the address is none', host: '::ffff', setting: 'mqtt.host' },
  ]) {
    test(`${name}, is named with the setting that mends it`, async () => {
      const error = await refused({ host, port: 0 })
      expect(error.message).toContain(`of ${host} cannot be opened`)
      expect(error.message).toContain(setting)
      expect(error.cause).toBeInstanceOf(Error)
    })
  }
})

async function refused({ host, port }: { host: string; port: number }): Promise<DomainError> {
  const opened = openListener({ host, port, settings: MQTT, onConnection: () => undefined })
  const error = await opened.then(
    async (listener) => {
      await listener[Symbol.asyncDispose]()
      throw new Error('It was opened')
    },
    (error: DomainError) => error,
  )
  expect(error).toMatchObject({ name: 'DomainError', code: 'port_unavailable' })
  return error
}

function dispose(socket: Socket) {
  return { socket, [Symbol.dispose]: () => void socket.destroy() }
}
