import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { awaitConnect, type ConnectGateOptions, type FirstFrame } from '../../src/broker/connect-gate.ts'
import { StreamViolation } from '../../src/broker/stream-violation.ts'
import { useFakeTimeouts } from '../support/fake-timeouts.ts'
import { connectFrame, rawConnectFrame } from './connect-frame.ts'

const OWN = { clientId: 'device-001', cleanSession: true, protocolVersion: 4, keepAlive: 60 }
const PING = Buffer.from([0xc0, 0])
const HTTP = Buffer.from('GET / HTTP/1.1\r\nHost: hub\r\n\r\n')
const TLS_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00])

describe('the first frame', () => {
  test('is read, and nothing is left in the socket', async () => {
    const { socket, peer, frame } = openGate()
    peer.write(connectFrame())
    expect(await frame).toEqual({ reading: OWN, bytes: connectFrame() })
    expect(socket.readableLength).toBe(0)
  })

  test('is read when it arrives byte by byte', async () => {
    const { peer, frame } = openGate()
    for (const byte of connectFrame()) {
      peer.write(Buffer.from([byte]))
      await turn()
    }
    expect(await frame).toEqual({ reading: OWN, bytes: connectFrame() })
  })

  test('is handed on with what was sent behind it', async () => {
    const { peer, frame } = openGate()
    const bytes = Buffer.concat([connectFrame(), PING, PING])
    peer.write(bytes)
    expect(await frame).toEqual({ reading: OWN, bytes })
  })

  test('leaves what comes later to the next reader', async () => {
    const { socket, peer, frame } = openGate()
    peer.write(connectFrame())
    await frame
    peer.write(PING)
    await once(socket, 'readable')
    expect(socket.read()).toEqual(PING)
  })

  test('of the limit is read', async () => {
    const bytes = connectFrame({ clientId: 'd'.repeat(200) })
    const { peer, frame } = openGate({ maxBytes: bytes.length })
    peer.write(bytes)
    expect(await frame).toMatchObject({ reading: { clientId: 'd'.repeat(200) } })
  })

  test('names a version that is not spoken here', async () => {
    const { peer, frame } = openGate()
    peer.write(rawConnectFrame({ level: 5 }))
    expect(await frame).toMatchObject({ reading: 'version_5' })
  })
})

describe('a connection is refused', () => {
  for (const { name, bytes, failure } of [
    { name: 'for a first byte that is no CONNECT', bytes: PING.subarray(0, 1), failure: 'connect_invalid' },
    { name: 'for a PUBLISH', bytes: Buffer.from([0x30, 3, 0, 1, 0x61]), failure: 'connect_invalid' },
    { name: 'for a CONNECT with reserved flags', bytes: Buffer.from([0x11]), failure: 'connect_invalid' },
    { name: 'for HTTP', bytes: HTTP, failure: 'http_on_mqtt_port' },
    { name: 'for TLS within TLS', bytes: TLS_HELLO, failure: 'tls_on_plain_port' },
    {
      name: 'for a remaining length of five octets',
      bytes: Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80]),
      failure: 'connect_invalid',
    },
    { name: 'for a CONNECT that cannot be read', bytes: Buffer.from([0x10, 1, 0]), failure: 'connect_invalid' },
    {
      name: 'for a CONNECT over the limit, at its header',
      bytes: Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
      failure: 'connect_too_large',
    },
    {
      name: 'for a CONNECT one byte over the limit, at its header',
      bytes: Buffer.from([0x10, 0xff, 0x07]),
      failure: 'connect_too_large',
    },
  ]) {
    test(name, async () => {
      const { peer, frame } = openGate({ maxBytes: 1025 })
      peer.write(bytes)
      expect(await frame).toEqual({ failure })
    })
  }

  test('when its CONNECT is not whole at the deadline, whatever it sent meanwhile', async () => {
    using clock = useFakeTimeouts()
    const { peer, frames } = openGate({ deadlineMs: 10_000 })
    for (const byte of connectFrame().subarray(0, 10)) {
      peer.write(Buffer.from([byte]))
      await turn()
      clock.advance(999)
    }
    expect(frames).toEqual([])
    clock.advance(10)
    expect(frames).toEqual([{ failure: 'connect_timeout' }])
  })
})

test('a peer that leaves before its CONNECT is whole is gone', async () => {
  const { socket, peer, frame } = openGate()
  peer.write(connectFrame().subarray(0, 10))
  await turn()
  socket.destroy()
  expect(await frame).toEqual({ gone: true })
})

test.each([
  { violation: 'packet_too_large', failure: 'connect_too_large' },
  { violation: 'websocket_invalid', failure: 'websocket_invalid' },
] as const)('a peer whose stream ended with $violation is refused with $failure', async ({ violation, failure }) => {
  const { socket, frame } = openGate()
  socket.on('error', () => undefined)
  socket.destroy(new StreamViolation(violation, 'what it did'))
  expect(await frame).toEqual({ failure })
})

test('a gate answers once, and leaves no listener and no timer behind', async () => {
  using clock = useFakeTimeouts()
  const { socket, peer, frame, frames } = openGate()
  expect(clock.running).toBe(1)
  peer.write(connectFrame())
  await frame
  expect([socket.listenerCount('readable'), socket.listenerCount('close'), clock.running]).toEqual([0, 0, 0])
  peer.write(PING)
  socket.destroy()
  await once(socket, 'close')
  expect(frames).toHaveLength(1)
})

interface Gate {
  readonly socket: Duplex
  readonly peer: Duplex
  readonly frame: Promise<FirstFrame>
  readonly frames: readonly FirstFrame[]
}

function openGate(options: Partial<ConnectGateOptions> = {}): Gate {
  const [socket, peer] = duplexPair()
  const frames: FirstFrame[] = []
  const { promise, resolve } = Promise.withResolvers<FirstFrame>()
  awaitConnect(socket, { maxBytes: 16_384, deadlineMs: 5_000, ...options }, (frame) => {
    frames.push(frame)
    resolve(frame)
  })
  return { socket, peer, frame: promise, frames }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
