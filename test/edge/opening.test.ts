import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { readFirstByte, readOpening } from '../../src/edge/opening.ts'
import { useFakeTimeouts } from '../support/fake-timeouts.ts'
import { openTcpPair } from '../support/tcp-pair.ts'

describe('a connection', () => {
  test('is told by its first byte, and its bytes are still there', async () => {
    await using pair = await openTcpPair()
    pair.client.end('GET / HTTP/1.1')
    expect(await readOpening(pair.accepted, 5_000, readFirstByte)).toEqual({ value: 'G'.charCodeAt(0) })
    expect(await text(pair.accepted)).toBe('GET / HTTP/1.1')
  })

  test('is read until something can be made of it, and what is used up is gone', async () => {
    await using pair = await openTcpPair()
    const asked: string[] = []
    const opening = readOpening(pair.accepted, 5_000, (bytes) => {
      asked.push(String(bytes))
      pair.client.end('b!c')
      return bytes.includes('!') ? { value: String(bytes), used: bytes.indexOf('!') + 1 } : undefined
    })
    pair.client.write('a')
    expect(await opening).toEqual({ value: 'ab!c' })
    expect([asked, await text(pair.accepted)]).toEqual([['a', 'ab!c'], 'c'])
  })

  test('that is used up whole leaves nothing behind', async () => {
    await using pair = await openTcpPair()
    pair.client.end('header')
    await readOpening(pair.accepted, 5_000, (bytes) => ({ value: undefined, used: bytes.length }))
    expect(await text(pair.accepted)).toBe('')
  })

  test('that is closed already has gone', async () => {
    await using pair = await openTcpPair()
    pair.accepted.destroy()
    await once(pair.accepted, 'close')
    expect(await readOpening(pair.accepted, 5_000, readFirstByte)).toBe('gone')
  })

  test('that says nothing is closed at the deadline', async () => {
    await using pair = await openTcpPair()
    using clock = useFakeTimeouts()
    const verdict = readOpening(pair.accepted, 10_000, readFirstByte)
    clock.advance(9_999)
    expect(pair.accepted.destroyed).toBe(false)
    clock.advance(1)
    expect(await verdict).toBe('silent')
    expect(pair.accepted.destroyed).toBe(true)
  })

  for (const { name, leave } of [
    { name: 'that is ended', leave: (client: Socket) => client.end() },
    { name: 'that is reset', leave: (client: Socket) => client.resetAndDestroy() },
  ]) {
    test(`${name} before it says anything has gone`, async () => {
      await using pair = await openTcpPair()
      leave(pair.client)
      expect(await readOpening(pair.accepted, 5_000, readFirstByte)).toBe('gone')
      expect(pair.accepted.destroyed).toBe(true)
    })
  }

  test('leaves no timer and no listener behind', async () => {
    await using pair = await openTcpPair()
    using clock = useFakeTimeouts()
    const before = pair.accepted.eventNames()
    const verdict = readOpening(pair.accepted, 10_000, readFirstByte)
    pair.client.write('G')
    await once(pair.accepted, 'readable')
    await verdict
    expect([clock.running, pair.accepted.eventNames()]).toEqual([0, before])
  })
})
