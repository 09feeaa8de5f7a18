import { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { localSocketOrigin, type NetworkOriginOptions, networkOrigin } from '../../../src/api/request/request-origin.ts'

const PROXY = '203.0.113.1'

describe('an origin', () => {
  test('of a connection from the network is never the local socket, not even when it is gone', () => {
    const origin = networkOrigin()({ socket: new Socket(), headers: {} })
    expect(origin).toEqual({ surface: 'http', address: '', loopback: false })
  })

  test('is HTTPS when the socket is encrypted', () => {
    const socket = Object.assign(new Socket(), { encrypted: true })
    expect(networkOrigin()({ socket, headers: {} })).toMatchObject({ surface: 'https' })
  })

  test('of HTTPS has what its handshake has shown; without TLS there was none', () => {
    const peer = {}
    const originOf = networkOrigin({ peerOf: () => peer })
    expect(originOf({ socket: Object.assign(new Socket(), { encrypted: true }), headers: {} }).peer).toBe(peer)
    expect(originOf({ socket: new Socket(), headers: {} })).not.toHaveProperty('peer')
  })

  for (const { name, from, options = {}, forwardedFor, expected } of [
    { name: 'this machine', from: '127.0.0.1', expected: { address: '127.0.0.1', loopback: true } },
    { name: 'another machine', from: '192.0.2.7', expected: { address: '192.0.2.7', loopback: false } },
    {
      name: 'another machine behind a proxy on this one',
      from: '127.0.0.1',
      options: { addressOf: () => '192.0.2.7' },
      expected: { address: '192.0.2.7', loopback: false },
    },
    {
      name: 'this machine as a proxy of ours on it tells: whoever that speaks for, it is no caller of this machine',
      from: '127.0.0.1',
      options: { addressOf: () => '127.0.0.2', isDirect: () => false },
      expected: { address: '127.0.0.2', loopback: false },
    },
    {
      name: 'another machine whose proxy runs there: its loopback is not ours',
      from: '192.0.2.7',
      options: { addressOf: () => '127.0.0.1' },
      expected: { address: '127.0.0.1', loopback: false },
    },
    {
      name: 'a proxy of ours: it says who calls',
      from: PROXY,
      options: { isProxy: (address) => address === PROXY },
      forwardedFor: '127.0.0.1, 192.0.2.7',
      expected: { address: '192.0.2.7', loopback: false },
    },
    {
      name: 'a proxy of ours that says the caller is this machine',
      from: PROXY,
      options: { isProxy: (address) => address === PROXY },
      forwardedFor: '127.0.0.1',
      expected: { address: '127.0.0.1', loopback: false },
    },
    {
      name: 'a stranger who says that another calls',
      from: '192.0.2.7',
      options: { isProxy: (address) => address === PROXY },
      forwardedFor: '127.0.0.1',
      expected: { address: '192.0.2.7', loopback: false },
    },
  ] satisfies readonly {
    readonly name: string
    readonly from: string
    readonly options?: NetworkOriginOptions
    readonly forwardedFor?: string
    readonly expected: { readonly address: string; readonly loopback: boolean }
  }[]) {
    test(`is ${name}`, () => {
      const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: from })
      const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
      expect(networkOrigin(options)({ socket, headers })).toMatchObject(expected)
    })
  }

  for (const name of ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip']) {
    test(`is not known where ${name} says that the request is handed on`, () => {
      const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '127.0.0.1' })
      const headers = { [name]: '192.0.2.7' }
      expect(networkOrigin()({ socket, headers })).toMatchObject({ address: '127.0.0.1', relayed: true })
    })
  }

  test('is read once of a connection, and of what its requests say at each of them', () => {
    const asked: string[] = []
    const originOf = networkOrigin({
      addressOf(socket) {
        asked.push(String(socket.remoteAddress))
        return '127.0.0.1'
      },
      isProxy: (address) => address === '127.0.0.1',
    })
    const [socket, other] = ['127.0.0.1', '127.0.0.2'].map((value) =>
      Object.defineProperty(new Socket(), 'remoteAddress', { value }),
    ) as [Socket, Socket]
    const direct = { surface: 'http', address: '127.0.0.1', loopback: true }
    const relayed = { ...direct, relayed: true }
    expect(originOf({ socket, headers: {} })).toEqual(direct)
    expect(originOf({ socket, headers: { 'x-forwarded-for': '192.0.2.7' } })).toEqual({
      ...relayed,
      address: '192.0.2.7',
    })
    expect(originOf({ socket, headers: { via: '1.1 proxy' } })).toEqual(relayed)
    expect(originOf({ socket, headers: {} })).toEqual(direct)
    expect(originOf({ socket: other, headers: {} })).toEqual(direct)
    expect(asked).toEqual(['127.0.0.1', '127.0.0.2'])
  })

  test('of the server that owns hub.sock is the local socket', () => {
    expect(localSocketOrigin({ socket: new Socket(), headers: {} })).toMatchObject({ surface: 'socket' })
  })
})
