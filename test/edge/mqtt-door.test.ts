import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { ClientTrust } from '../../src/edge/client-trust.ts'
import { createMqttDoor } from '../../src/edge/mqtt-door.ts'
import type { SecureConnection } from '../../src/edge/secure-server.ts'
import { closing } from '../support/socket-closing.ts'
import { createDoorway, createPki, LOOPBACK, openPort, type Pki, shakeHands } from './tls-scene.ts'

let pki: Pki
beforeAll(async () => {
  pki = await createPki()
})

describe('the door of MQTTS', () => {
  test('hands on who has shaken hands, with its certificate and the address it comes from', async () => {
    await using door = await openDoor()
    const credentials = await pki.ca.make({ commonNames: ['device-001'] })
    await shakeHands(door.port, pki, credentials)
    expect(await door.connection).toMatchObject({
      address: LOOPBACK,
      peer: { certificate: { commonNames: ['device-001'] }, chain: 'trusted' },
    })
    expect(door.refusals).toEqual([])
  })

  test('counts a peer as half-open until it is known, and makes room for the next then', async () => {
    await using door = await openDoor({ halfOpen: 1 })
    await shakeHands(door.port, pki)
    const { markOpen } = await door.connection
    expect(await closing(connect(door.port, LOOPBACK))).toBe('ECONNRESET')
    markOpen()
    await shakeHands(door.port, pki)
    expect(door.refusals).toMatchObject([{ surface: 'mqtts', cause: 'hub_over_limit' }])
  })

  test('is not held by those who open the port and say nothing, for anybody else', async () => {
    await using door = await openDoor({ halfOpenPerAddress: 5 })
    const crowd = Array.from({ length: 10 }, () =>
      connect({ port: door.port, host: LOOPBACK, localAddress: '127.0.0.2' }).on('error', () => undefined),
    )
    await Promise.all(crowd.slice(0, 5).map((socket) => socket.readyState === 'open' || once(socket, 'connect')))
    await shakeHands(door.port, pki)
    expect((await door.connection).address).toBe(LOOPBACK)
    for (const socket of crowd) socket.destroy()
  })
})

test('a proxy that nobody has named is told what it lacks as soon as it comes again', async () => {
  const door = await openDoor()
  for (const cause of ['tls_missing', 'proxy_header_unexpected', 'proxy_header_unexpected']) {
    const socket = connect({ port: door.port, host: LOOPBACK })
    socket.on('error', () => undefined).resume()
    socket.write('PROXY TCP4 192.0.2.7 192.0.2.1 40000 8883\r\n')
    await closing(socket)
    expect(door.refusals.at(-1)).toMatchObject({ cause, address: LOOPBACK })
  }
  await shakeHands(door.port, pki)
  expect((await door.connection).address).toBe(LOOPBACK)
})

async function openDoor(limits: Parameters<typeof createDoorway>[0] = {}) {
  const doorway = createDoorway(limits)
  const first = Promise.withResolvers<SecureConnection>()
  const door = createMqttDoor({
    ...doorway.options,
    ...pki.server,
    clientTrust: new ClientTrust(pki.clientCa),
    onConnection(connection) {
      connection.socket.on('error', () => undefined).resume()
      first.resolve(connection)
    },
  })
  return { ...(await openPort(door)), refusals: doorway.refusals, connection: first.promise }
}
