import { describe, expect, test } from 'vitest'
import { encodeConnack, RETURN_CODE } from '../../src/broker/connack.ts'
import { Connection } from '../../src/broker/connection.ts'
import { useFakeTimeouts } from '../support/fake-timeouts.ts'
import { createParty, createSession, openConnection } from './parties.ts'

const REFUSING = encodeConnack(RETURN_CODE.notAuthorized)

describe('a connection that is ended', () => {
  test('is closed behind what was sent to it, without a reset, and heard no more', async () => {
    const { connection, incoming, client } = openConnection()
    let reads = 0
    connection.socket.on('readable', () => reads++)
    connection.socket.write(REFUSING)
    client.socket.write(Buffer.alloc(100_000))
    await Promise.all([connection.end('hub stopped'), client.closed])
    expect([client.received.length, incoming.resets, reads, connection.cutReason]).toEqual([1, 0, 0, 'hub stopped'])
  })

  test('is reset when its peer does not close within a second', async () => {
    using clock = useFakeTimeouts()
    const { connection, incoming, client } = openConnection()
    client.socket.pause()
    connection.socket.write(Buffer.alloc(1_000_000))
    const ended = connection.end('hub stopped')
    clock.advance(999)
    expect(incoming.resets).toBe(0)
    clock.advance(1)
    await ended
    expect([incoming.resets, clock.running]).toEqual([1, 0])
  })

  test('keeps the reason it was cut for before', async () => {
    const { connection } = openConnection()
    const cut = connection.cut('certificate revoked: unspecified')
    await Promise.all([cut, connection.end('hub stopped')])
    expect(connection.cutReason).toBe('certificate revoked: unspecified')
  })
})

describe('a connection that is refused', () => {
  test('hears why, and is closed', async () => {
    const { connection, incoming, client } = openConnection()
    connection.refuse(REFUSING)
    expect(await client.next('connack')).toMatchObject({ returnCode: 5 })
    await connection.closed
    expect(incoming.resets).toBe(0)
  })

  test('hears why though it goes on sending', async () => {
    const { connection, incoming, client } = openConnection()
    client.socket.write(Buffer.alloc(100_000))
    connection.refuse(REFUSING)
    client.socket.write(Buffer.alloc(100_000))
    expect(await client.next('connack')).toMatchObject({ returnCode: 5 })
    await connection.closed
    expect([incoming.resets, connection.socket.readableLength]).toEqual([0, 0])
  })

  test('is reset when it does not take the last word within a second', async () => {
    using clock = useFakeTimeouts()
    const { connection, incoming, client } = openConnection()
    client.socket.pause()
    connection.refuse(REFUSING)
    clock.advance(999)
    expect(incoming.resets).toBe(0)
    clock.advance(1)
    expect(incoming.resets).toBe(1)
    await connection.closed
    expect(clock.running).toBe(0)
  })

  test('is reset at once when there is nothing to say', async () => {
    const { connection, incoming, client } = openConnection()
    connection.refuse(undefined)
    expect(incoming.resets).toBe(1)
    await connection.closed
    expect(client.received).toEqual([])
  })

  test('has nobody to hear it when it is gone', async () => {
    using clock = useFakeTimeouts()
    const { connection, incoming, client } = openConnection()
    client.socket.destroy()
    await connection.closed
    connection.refuse(REFUSING)
    connection.refuse(undefined)
    await connection.end('hub stopped')
    expect([clock.running, incoming.resets]).toEqual([0, 0])
  })

  test('leaves no timer behind', async () => {
    using clock = useFakeTimeouts()
    const { connection } = openConnection()
    connection.refuse(REFUSING)
    await connection.closed
    expect(clock.running).toBe(0)
  })
})

describe('a connection that is cut', () => {
  test('is reset in the same tick, and has closed when the cut resolves', async () => {
    const { connection, incoming } = openConnection()
    const cut = connection.cut('certificate revoked: unspecified')
    expect(incoming.resets).toBe(1)
    await cut
    expect(connection.socket.closed).toBe(true)
  })

  test('keeps the first reason', async () => {
    const { connection } = openConnection()
    await Promise.all([connection.cut('certificate revoked: unspecified'), connection.cut('hub stopped')])
    expect(connection.cutReason).toBe('certificate revoked: unspecified')
  })

  test('resolves though it was closed before', async () => {
    const { connection, client } = openConnection()
    client.socket.destroy()
    await connection.closed
    await connection.cut('certificate revoked: unspecified')
  })
})

describe('a connection that an administrator ends', () => {
  test('is reset in the same tick, and is neither cut nor its client’s loss', async () => {
    const { connection, incoming } = openConnection()
    connection.open(createSession(createParty('device-001')))
    const kicked = connection.kick()
    expect(incoming.resets).toBe(1)
    await kicked
    expect([connection.cutReason, connection.isLost, connection.disconnectReason]).toEqual([undefined, false, 'kicked'])
  })
})

describe('a connection has ended', () => {
  for (const { reason, end } of [
    { reason: 'ssl_closed', end: () => undefined },
    { reason: 'kicked', end: (connection) => void connection.cut('certificate revoked: unspecified') },
    { reason: 'normal', end: (connection) => connection.takeLeave() },
    { reason: 'keepalive_timeout', end: (connection) => connection.noteReason('keepalive_timeout') },
  ] satisfies readonly { reason: string; end: (connection: Connection) => void }[]) {
    test(`for ${reason}`, () => {
      const { connection } = openConnection()
      end(connection)
      expect(connection.disconnectReason).toBe(reason)
    })
  }

  test('for tcp_closed without TLS', () =>
    expect(new Connection(openConnection().incoming, 'mqtt').disconnectReason).toBe('tcp_closed'))

  test('for what was noted first, unless it said DISCONNECT', () => {
    const { connection } = openConnection()
    connection.noteReason('takenover')
    connection.noteReason('protocol_error')
    expect(connection.disconnectReason).toBe('takenover')
    connection.takeLeave()
    expect(connection.disconnectReason).toBe('normal')
  })
})

test('a connection is half-open until its session begins', () => {
  const { connection, incoming } = openConnection()
  const session = createSession(createParty('device-001'))
  expect([connection.session, incoming.isOpen]).toEqual([undefined, false])
  connection.open(session)
  expect([connection.session, incoming.isOpen]).toEqual([session, true])
})

test('a connection is known by the fingerprint of the certificate it showed, if any', () => {
  const { peer, certificate } = createParty('device-001')
  expect(openConnection(peer).connection.fingerprint).toBe(certificate.fingerprint)
  expect(openConnection().connection.fingerprint).toBeUndefined()
})

test('a peer that breaks off is no failure of the hub', async () => {
  const { connection } = openConnection()
  connection.socket.destroy(new Error('read ECONNRESET'))
  await connection.closed
})
