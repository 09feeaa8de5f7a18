import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createPlainMqttDoor, type PlainConnection } from '../../src/edge/plain-mqtt-door.ts'
import { closing } from '../support/socket-closing.ts'
import { createDoorway, LOOPBACK, openPort } from './tls-scene.ts'

const CONNECT = Buffer.from([0x10])

describe('the door of MQTT without TLS', () => {
  for (const { name, allow, from } of [
    { name: 'this machine, where no network is named', allow: [], from: LOOPBACK },
    { name: 'an address that is named', allow: ['10.0.0.1', '127.0.0.2'], from: '127.0.0.2' },
    { name: 'an address of a network that is named', allow: ['fd00::/8', '127.0.0.0/30'], from: '127.0.0.3' },
  ]) {
    test(`lets in ${name}, without a certificate`, async () => {
      await using door = await openDoor(allow)
      const socket = connect({ port: door.port, host: LOOPBACK, localAddress: from })
      socket.write(CONNECT)
      expect(await door.connection).toMatchObject({ address: from, peer: {} })
      socket.destroy()
      expect(door.refusals).toEqual([])
    })
  }

  for (const { name, allow, from } of [
    { name: 'an address beside the network', allow: ['127.0.0.0/30'], from: '127.0.0.4' },
    { name: 'this machine, where another is named', allow: ['10.0.0.1', '::1'], from: LOOPBACK },
  ]) {
    test(`turns away ${name}, and says so`, async () => {
      await using door = await openDoor(allow)
      expect(await closing(connect({ port: door.port, host: LOOPBACK, localAddress: from }))).toBe('ECONNRESET')
      // What goes wrong with a socket that is gone is nobody's failure.
      for (const raw of door.accepted) raw.emit('error', new Error('reset'))
      const expected = allow.join(', ')
      expect(door.refusals).toEqual([{ surface: 'mqtt', cause: 'address_not_allowed', address: from, expected }])
    })
  }

  test('counts connections as every door does', async () => {
    await using door = await openDoor([], { halfOpen: 1 })
    const first = connect(door.port, LOOPBACK)
    first.write(CONNECT)
    const { markOpen } = await door.connection
    expect(await closing(connect(door.port, LOOPBACK))).toBe('ECONNRESET')
    expect(door.refusals).toMatchObject([{ surface: 'mqtt', cause: 'hub_over_limit' }])
    markOpen()
    first.destroy()
  })

  test('resets a connection that is cut', async () => {
    await using door = await openDoor([])
    const socket = connect(door.port, LOOPBACK)
    socket.write(CONNECT)
    const client = closing(socket)
    const { reset } = await door.connection
    reset()
    expect(await client).toBe('ECONNRESET')
  })
})

async function openDoor(allow: readonly string[], limits: Parameters<typeof createDoorway>[0] = {}) {
  const { options, refusals } = createDoorway(limits)
  const first = Promise.withResolvers<PlainConnection>()
  const door = createPlainMqttDoor({ ...options, connectSeconds: 10, allow, onConnection: first.resolve })
  return { ...(await openPort(door)), refusals, connection: first.promise }
}
