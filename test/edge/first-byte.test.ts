import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { sniffTls } from '../../src/edge/first-byte.ts'
import { useFakeTimeouts } from '../support/fake-timeouts.ts'
import { openTcpPair } from '../support/tcp-pair.ts'

describe('a connection', () => {
  for (const { name, bytes, isTls } of [
    { name: 'that begins with a handshake record speaks TLS', bytes: Buffer.from([0x16, 3, 1]), isTls: true },
    { name: 'that begins with this byte alone speaks TLS', bytes: Buffer.from([0x16]), isTls: true },
    { name: 'that begins with a method does not', bytes: Buffer.from('GET / HTTP/1.1\r\n'), isTls: false },
    { name: 'that begins with an alert record does not', bytes: Buffer.from([0x15, 3, 1]), isTls: false },
  ]) {
    test(`${name}, and its bytes are still there`, async () => {
      await using pair = await openTcpPair()
      pair.client.end(bytes)
      expect(await sniffTls(pair.accepted, 5_000)).toBe(isTls)
      expect(Buffer.from(await text(pair.accepted))).toEqual(bytes)
    })
  }

  test('that says nothing is closed at the deadline', async () => {
    await using pair = await openTcpPair()
    using clock = useFakeTimeouts()
    const verdict = sniffTls(pair.accepted, 10_000)
    clock.advance(9_999)
    expect(pair.accepted.destroyed).toBe(false)
    clock.advance(1)
    expect(await verdict).toBeUndefined()
    expect(pair.accepted.destroyed).toBe(true)
  })

  for (const { name, leave } of [
    { name: 'that is ended', leave: (client: Socket) => client.end() },
    { name: 'that is reset', leave: (client: Socket) => client.resetAndDestroy() },
  ]) {
    test(`${name} before it says anything has no verdict`, async () => {
      await using pair = await openTcpPair()
      leave(pair.client)
      expect(await sniffTls(pair.accepted, 5_000)).toBeUndefined()
      expect(pair.accepted.destroyed).toBe(true)
    })
  }

  test('leaves no timer and no listener behind', async () => {
    await using pair = await openTcpPair()
    using clock = useFakeTimeouts()
    const before = pair.accepted.eventNames()
    const verdict = sniffTls(pair.accepted, 10_000)
    pair.client.write('G')
    await once(pair.accepted, 'readable')
    await verdict
    expect([clock.running, pair.accepted.eventNames()]).toEqual([0, before])
  })
})
