import { once } from 'node:events'
import type { SecureVersion } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { ClientTrust } from '../../src/edge/client-trust.ts'
import { createMqttDoor } from '../../src/edge/mqtt-door.ts'
import type { Staple } from '../../src/edge/stapling.ts'
import { beginHandshake, createDoorway, createPki, openPort, type Pki, TLS_VERSIONS } from './tls-scene.ts'

let pki: Pki
beforeAll(async () => {
  pki = await createPki()
})

async function openServer(staple?: Staple) {
  const { options } = createDoorway()
  const onConnection = (): void => undefined
  const { server: served } = pki
  const clientTrust = new ClientTrust(pki.clientCa)
  return openPort(createMqttDoor({ ...options, ...served, clientTrust, onConnection, ...(staple ? { staple } : {}) }))
}

/** What a client is given of the server's certificate beside itself; null: nothing. */
async function readStapled(port: number, version: SecureVersion, requestOCSP = true): Promise<Buffer | null> {
  const socket = beginHandshake(port, pki, {}, { version, requestOCSP })
  let stapled: Buffer | null = null
  // Told before the handshake ends, with nothing in it where there is none.
  socket.on('OCSPResponse', (response: Buffer | null) => {
    stapled = response
  })
  await once(socket, 'secureConnect')
  socket.destroy()
  return stapled
}

describe.each(TLS_VERSIONS)('over %s', (version) => {
  test('a client that asks for the status is given what belongs to the certificate', async () => {
    const asked: Buffer[] = []
    await using server = await openServer(async (certificate) => {
      asked.push(certificate)
      return Buffer.from('an answer')
    })
    expect(String(await readStapled(server.port, version))).toBe('an answer')
    expect(asked).toEqual([pki.server.served.identity.certificate.raw])
  })

  test('where there is none, and where nobody can say, the handshake goes on without', async () => {
    await using without = await openServer(async () => undefined)
    await using never = await openServer()
    for (const { port } of [without, never]) {
      expect((await readStapled(port, version))?.length ?? 0).toBe(0)
    }
  })

  test('of a client that does not ask, nobody is asked', async () => {
    let asked = 0
    await using server = await openServer(async () => {
      asked += 1
      return undefined
    })
    await readStapled(server.port, version, false)
    expect(asked).toBe(0)
  })
})
