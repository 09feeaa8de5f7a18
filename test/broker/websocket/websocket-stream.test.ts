import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { StreamViolation } from '../../../src/broker/stream-violation.ts'
import { openWebSocketPair } from './web-socket-pair.ts'

const MIB = 2 ** 20

describe('what a WebSocket brings', () => {
  test('is read as one stream of bytes, whatever its frames', async () => {
    await using pair = await openWebSocketPair()
    const { socket } = pair.incoming
    pair.client.send(Buffer.from('ab'))
    pair.client.send(Buffer.alloc(0))
    pair.client.send(Buffer.from('c'), { fin: false })
    pair.client.send(Buffer.from('d'))
    pair.client.close()
    expect(Buffer.concat(await socket.toArray()).toString()).toBe('abcd')
  })

  test('is read to its end by who was slow, the goodbye behind it', async () => {
    await using pair = await openWebSocketPair({ packetBytes: MIB })
    const { socket, markOpen } = pair.incoming
    markOpen()
    for (let index = 0; index < 10; index++) pair.client.send(Buffer.alloc(100_000, index))
    pair.client.close()
    await once(socket, 'readable')
    const bytes = Buffer.concat(await socket.toArray())
    expect([bytes.length, bytes.at(-1)]).toEqual([MIB - 48_576, 9])
    expect(await pair.closed).toBe(1005)
  })

  test('waits outside when nobody reads', async () => {
    await using pair = await openWebSocketPair({ packetBytes: MIB })
    const { socket, markOpen } = pair.incoming
    markOpen()
    // Twenty megabytes, which do not fit between the two.
    const sent: Promise<void>[] = []
    for (let index = 0; index < 200; index++) {
      sent.push(new Promise((resolve) => pair.client.send(Buffer.alloc(100_000), () => resolve())))
    }
    await once(pair.below.socket, 'pause')
    await nextTurn()
    expect(socket.readableLength).toBeLessThan(MIB)
    socket.resume()
    await Promise.all(sent)
  })
})

describe('what is written', () => {
  test('is one binary frame for each write', async () => {
    await using pair = await openWebSocketPair()
    const frames: string[] = []
    const both = new Promise<void>((resolve) =>
      pair.client.on('message', (data, isBinary) => {
        frames.push(`${isBinary} ${data}`)
        if (frames.length === 2) resolve()
      }),
    )
    pair.incoming.socket.write('ab')
    pair.incoming.socket.write(Buffer.from('c'))
    await both
    expect(frames).toEqual(['true ab', 'true c'])
  })

  test('is counted until the network has taken it', async () => {
    await using pair = await openWebSocketPair()
    const { socket } = pair.incoming
    pair.client.pause()
    let written = 0
    while (socket.writableLength < MIB) {
      written += 100_000
      socket.write(Buffer.alloc(100_000))
      await nextTurn()
    }
    expect([socket.writableNeedDrain, socket.writableLength <= written]).toEqual([true, true])
    pair.client.resume()
    await once(socket, 'drain')
    expect([socket.writableNeedDrain, socket.writableLength]).toEqual([false, 0])
  })

  test('to one that has said goodbye goes nowhere, and harms nothing', async () => {
    await using pair = await openWebSocketPair()
    const { socket } = pair.incoming
    pair.client.close()
    await once(pair.below.socket, 'end')
    const done = new Promise<unknown>((resolve) => socket.write('late', resolve))
    expect((await done) ?? 'no error').toBe('no error')
    socket.resume()
    await once(socket, 'close')
    expect(socket.errored).toBeNull()
  })
})

describe('the end', () => {
  test('of one side is a goodbye, and the end of both', async () => {
    await using pair = await openWebSocketPair()
    const last = once(pair.client, 'message')
    pair.incoming.socket.resume().end('last word')
    expect(String((await last)[0])).toBe('last word')
    expect(await pair.closed).toBe(1000)
    await once(pair.incoming.socket, 'close')
  })

  test('waits no longer than a second for the goodbye of who does not answer', async () => {
    await using pair = await openWebSocketPair()
    pair.client.pause()
    pair.incoming.socket.resume().end()
    await once(pair.incoming.socket, 'close')
    expect(pair.below.socket.destroyed).toBe(true)
  })

  test('by force says none', async () => {
    await using pair = await openWebSocketPair()
    pair.incoming.socket.destroy()
    pair.incoming.socket.destroy()
    await once(pair.incoming.socket, 'close')
    expect([await pair.closed, pair.below.socket.destroyed]).toEqual([1006, true])
  })

  test('by a reset resets what is below, and comes though nobody has read what came', async () => {
    await using pair = await openWebSocketPair()
    const { incoming, below } = pair
    pair.client.send(Buffer.from('unread'))
    await once(incoming.socket, 'readable')
    incoming.reset()
    await once(incoming.socket, 'close')
    expect([below.resets, incoming.socket.readableLength, await pair.closed]).toEqual([1, 6, 1006])
  })

  test('by a reset comes for one that has ended below already', async () => {
    await using pair = await openWebSocketPair()
    const { incoming, below } = pair
    pair.client.send(Buffer.from('unread'))
    await once(incoming.socket, 'readable')
    pair.client.terminate()
    await once(below.socket, 'close')
    incoming.reset()
    await once(incoming.socket, 'close')
  })
})

describe('what breaks the rules is told so', () => {
  test.each([
    { name: 'a text frame', send: 'text', code: 1003, violation: 'websocket_invalid' },
    { name: 'a message past the bound', send: Buffer.alloc(4 * 65_536 + 1), code: 1009, violation: 'packet_too_large' },
  ])('$name', async ({ send, code, violation }) => {
    await using pair = await openWebSocketPair()
    pair.incoming.markOpen()
    const { socket } = pair.incoming
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    pair.client.send(send)
    pair.client.send('and more')
    expect(await pair.closed).toBe(code)
    await ended
    expect(socket.errored).toBeInstanceOf(StreamViolation)
    expect(socket.errored).toMatchObject({ violation })
  })

  test('a frame without a mask', async () => {
    await using pair = await openWebSocketPair()
    pair.client.send(Buffer.from('x'), { mask: false })
    expect(await pair.closed).toBe(1002)
    expect(pair.incoming.socket.errored).toMatchObject({ violation: 'websocket_invalid' })
  })
})

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
