import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { ClientTrust } from '../../src/edge/client-trust.ts'
import { createHttpDoor } from '../../src/edge/http-door.ts'
import { createHttpSockets } from '../../src/edge/http-sockets.ts'
import type { SecureConnection } from '../../src/edge/secure-server.ts'
import type { Peer } from '../../src/peer-identity.ts'
import { closing } from '../support/socket-closing.ts'
import { beginHandshake, createDoorway, createPki, LOOPBACK, openPort, type Pki } from './tls-scene.ts'

let pki: Pki
beforeAll(async () => {
  pki = await createPki()
})

describe('one port', () => {
  test('answers HTTPS', async () => {
    await using door = await openDoor()
    const request = httpsRequest({ ...target(door.port), ca: pki.ca.pem, checkServerIdentity: () => undefined }).end()
    const [response] = await once(request, 'response')
    expect(await text(response)).toBe('https')
  })

  test('answers plain HTTP', async () => {
    await using door = await openDoor()
    const [response] = await once(httpRequest(target(door.port)).end(), 'response')
    expect(await text(response)).toBe('http')
  })

  test('answers a request that arrives byte by byte', async () => {
    await using door = await openDoor()
    const client = connect(door.port, LOOPBACK).setNoDelay()
    for (const byte of 'GET / HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n') client.write(byte)
    expect(await text(client)).toMatch(/\r\n\r\nhttp$/)
  })

  test('offers HTTP/1.1 by ALPN, and nothing else', async () => {
    await using door = await openDoor()
    const client = beginHandshake(door.port, pki, {}, { ALPNProtocols: ['h2', 'http/1.1'] })
    await once(client, 'secureConnect')
    expect(client.alpnProtocol).toBe('http/1.1')
    client.end()
    await closing(beginHandshake(door.port, pki, {}, { ALPNProtocols: ['h2'] }))
    expect(door.refusals).toMatchObject([{ surface: 'https', cause: 'alpn_unknown' }])
  })

  test('asks for a certificate, demands none, and tells whose it is', async () => {
    await using door = await openDoor()
    const { cert, key } = await pki.ca.make({ commonNames: ['device-001'] })
    for (const credentials of [{ cert, key }, {}]) {
      const client = beginHandshake(door.port, pki, credentials)
      await once(client, 'secureConnect')
      client.write('GET / HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n')
      expect(await text(client)).toMatch(/\r\n\r\nhttps$/)
    }
    const [response] = await once(httpRequest(target(door.port)).end(), 'response')
    expect(await text(response)).toBe('http')
    expect(door.peers).toMatchObject([
      { address: LOOPBACK, peer: { certificate: { commonNames: ['device-001'] }, chain: 'trusted' } },
      { address: LOOPBACK, peer: {} },
      undefined,
    ])
    expect(door.peers[1]?.peer.certificate).toBeUndefined()
    expect(door.shown).toEqual([door.peers[0]?.peer, {}, {}])
  })

  test('lets in whose certificate is another CA’s, which is judged where it matters', async () => {
    await using door = await openDoor()
    const stranger = await createPki()
    const client = beginHandshake(door.port, pki, await stranger.ca.make({ commonNames: ['device-001'] }))
    await once(client, 'secureConnect')
    client.write('GET / HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n')
    expect(await text(client)).toMatch(/\r\n\r\nhttps$/)
    expect(door.peers).toMatchObject([{ peer: { chain: expect.stringMatching(/issuer_unknown|signature_invalid/) } }])
    expect(door.refusals).toEqual([])
  })

  test('keeps a peer half-open after its handshake, until somebody says otherwise', async () => {
    await using door = await openDoor({ halfOpen: 1 })
    const client = beginHandshake(door.port, pki)
    await once(client, 'secureConnect')
    expect(await closing(connect(door.port, LOOPBACK))).toBe('ECONNRESET')
    expect(door.refusals).toMatchObject([{ surface: 'https', cause: 'hub_over_limit' }])
    door.peers[0]?.markOpen()
    const [response] = await once(httpRequest(target(door.port)).end(), 'response')
    expect(response.statusCode).toBe(200)
    client.destroy()
  })
})

describe('a peer that says nothing', () => {
  test('is closed when its time is over, without a word', async () => {
    await using door = await openDoor({}, 0.02)
    const client = connect(door.port, LOOPBACK)
    await closing(client)
    expect([door.refusals, door.peers]).toEqual([[], []])
  })

  test('takes the place of one that is half-open, which ends with its first request', async () => {
    await using door = await openDoor({ halfOpen: 1 })
    const client = connect(door.port, LOOPBACK)
    await once(client, 'connect')
    client.write('GET / HTTP/1.1\r\nHost: hub\r\n\r\n')
    await once(client, 'data')
    const [response] = await once(httpRequest(target(door.port)).end(), 'response')
    expect(response.statusCode).toBe(200)
    const silent = connect(door.port, LOOPBACK)
    await once(silent, 'connect')
    await door.acceptedSoMany(3)
    expect(await closing(connect(door.port, LOOPBACK))).toBe('ECONNRESET')
    expect(door.refusals).toMatchObject([{ surface: 'https', cause: 'hub_over_limit' }])
    client.destroy()
    silent.destroy()
  })
})

test('a peer that leaves before it says anything is nobody’s business', async () => {
  await using door = await openDoor({ connections: 1 })
  const client = connect(door.port, LOOPBACK)
  await once(client, 'connect')
  const [raw] = await door.acceptedSoMany(1)
  const gone = new Promise((resolve) => raw?.once('close', resolve))
  client.end()
  await gone
  const [response] = await once(httpRequest(target(door.port)).end(), 'response')
  expect([response.statusCode, door.refusals]).toEqual([200, []])
})

function target(port: number) {
  return { host: LOOPBACK, port, path: '/', agent: false } as const
}

/** A door in front of a server that answers with the protocol it was asked by. */
async function openDoor(limits: Parameters<typeof createDoorway>[0] = {}, handshakeSeconds = 10) {
  const doorway = createDoorway(limits)
  const peers: (SecureConnection | undefined)[] = []
  const shown: Peer[] = []
  const server = createServer((incoming, outgoing) => {
    outgoing.end(incoming.socket instanceof TLSSocket ? 'https' : 'http')
  })
  const http = createHttpSockets((socket) => {
    const before = peers.length
    shown.push(http.peerOf(socket))
    http.withConnection(socket, (connection) => peers.push(connection))
    if (peers.length === before) peers.push(undefined)
    expect(http.addressOf(socket)).toBe(LOOPBACK)
    server.emit('connection', socket)
  })
  const enter = createHttpDoor({
    ...doorway.options,
    ...pki.server,
    clientTrust: new ClientTrust(pki.clientCa),
    handshakeSeconds,
    http,
  })
  const waiting = new Set<() => void>()
  const port = await openPort((raw) => {
    enter(raw)
    for (const go of waiting) go()
  })
  return {
    ...port,
    refusals: doorway.refusals,
    peers: peers as readonly (SecureConnection | undefined)[],
    shown: shown as readonly Peer[],
    async acceptedSoMany(count: number) {
      while (port.accepted.length < count) await new Promise<void>((resolve) => waiting.add(resolve))
      return port.accepted
    },
  }
}
