import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { localSocketOrigin, networkOrigin } from '../../../src/api/request/request-origin.ts'

describe('an origin', () => {
  test('of a connection from the network is never the local socket, not even when it is gone', () => {
    expect(networkOrigin()(new Socket())).toEqual({ surface: 'http', address: '', loopback: false })
  })

  test('is HTTPS when the socket is encrypted', () => {
    const socket = Object.assign(new Socket(), { encrypted: true })
    expect(networkOrigin(() => '192.0.2.7')(socket)).toMatchObject({ surface: 'https' })
  })

  test('of HTTPS has what its handshake has shown; without TLS there was none', () => {
    const peer = {}
    const originOf = networkOrigin(undefined, () => peer)
    expect(originOf(Object.assign(new Socket(), { encrypted: true })).peer).toBe(peer)
    expect(originOf(new Socket())).not.toHaveProperty('peer')
  })

  test('has the address that stands behind a proxy, which decides whether it is loopback', () => {
    const socket = new Socket()
    expect(networkOrigin(() => '192.0.2.7')(socket)).toMatchObject({ address: '192.0.2.7', loopback: false })
    expect(networkOrigin(() => '127.0.0.1')(socket)).toMatchObject({ address: '127.0.0.1', loopback: true })
  })

  test('of the server that owns hub.sock is the local socket', () => {
    expect(localSocketOrigin(new Socket())).toMatchObject({ surface: 'socket' })
  })
})
