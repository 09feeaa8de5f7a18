import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeToStream } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { Outbox } from '../../../src/broker/delivery/outbox.ts'
import { Turn } from '../../../src/broker/delivery/turn.ts'
import { Traffic } from '../../../src/broker/traffic.ts'

/** A socket whose reader takes something only when it is told to. */
function openScene({ isCut = false } = {}) {
  const writes: string[] = []
  let take: (() => void) | undefined
  const socket = new Duplex({
    highWaterMark: 10,
    read() {},
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString())
      take = done
    },
  })
  socket.on('error', () => undefined)
  let drains = 0
  const traffic = new Traffic()
  const outbox = new Outbox(socket, {
    turn: new Turn({ settled: () => undefined }),
    isCut: () => isCut,
    traffic,
    onDrain: () => void drains++,
    bounds: { behindBytes: 20, lostBytes: 40 },
  })
  return {
    socket,
    outbox,
    traffic,
    writes,
    take: () => take?.(),
    get drains() {
      return drains
    },
  }
}

describe('an outbox', () => {
  test('writes once for each turn, in order, what is sent and what others write to its socket', async () => {
    const { socket, outbox, writes } = openScene()
    outbox.send(Buffer.from('a'))
    socket.cork()
    expect(socket.write('b')).toBe(true)
    socket.write(Buffer.from('c'))
    socket.uncork()
    outbox.send(Buffer.from('d'))
    expect(outbox.isBehind).toBe(false)
    expect(writes).toEqual([])
    await nextTurn()
    expect(writes).toEqual(['abcd'])
  })

  test('takes bytes alone, and tells whoever writes something else at once', async () => {
    const { socket, outbox, writes } = openScene()
    outbox.send(Buffer.from('a'))
    expect(() => socket.write(undefined)).toThrow(TypeError)
    await nextTurn()
    expect(writes).toEqual(['a'])
  })

  test('says while its reader is behind, and tells when it has caught up', async () => {
    const scene = openScene()
    const { outbox, socket } = scene
    outbox.send(Buffer.alloc(21))
    expect(outbox.isBehind).toBe(true)
    await nextTurn()
    expect(socket.write('y')).toBe(false)
    await nextTurn()
    scene.take()
    await nextTurn()
    scene.take()
    await nextTurn()
    expect([outbox.isBehind, scene.drains]).toEqual([false, 1])
  })

  test('asks its socket once a turn whether a reader is behind, and anew in the next and when it has caught up', async () => {
    const { outbox, socket, take } = openScene()
    let asked = 0
    const { writableLength } = Object.getOwnPropertyDescriptors(Duplex.prototype)
    Object.defineProperty(socket, 'writableLength', {
      get() {
        asked++
        return writableLength?.get?.call(socket)
      },
    })
    outbox.send(Buffer.alloc(21))
    asked = 0
    expect([outbox.isBehind, outbox.isBehind, asked]).toEqual([true, true, 1])
    await nextTurn()
    expect([outbox.isBehind, outbox.isBehind, asked]).toEqual([true, true, 2])
    const drained = once(socket, 'drain')
    take()
    await drained
    expect(outbox.isBehind).toBe(false)
  })

  test('gives a reader up that takes nothing at all', () => {
    const { outbox, socket } = openScene()
    outbox.send(Buffer.alloc(41))
    expect(socket.destroyed).toBe(false)
    outbox.send(Buffer.alloc(1))
    expect(socket.destroyed).toBe(true)
    expect(outbox.isBehind).toBe(true)
    outbox.send(Buffer.alloc(1))
  })

  test('says its last word before its socket is closed', () => {
    const { outbox, socket, writes } = openScene()
    outbox.send(Buffer.from('goodbye'))
    socket.destroy()
    expect(writes).toEqual(['goodbye'])
  })

  test('says its last word before its socket is ended, and nothing after it', async () => {
    const { outbox, socket, writes, take } = openScene()
    outbox.send(Buffer.from('goodbye'))
    socket.end()
    outbox.send(Buffer.from('too late'))
    socket.write('too late')
    await nextTurn()
    take()
    expect([writes, outbox.isBehind]).toEqual([['goodbye'], true])
  })

  test('counts each packet once, whoever writes it, and the bytes that went out', async () => {
    const { outbox, socket, traffic } = openScene()
    outbox.send(Buffer.from('12345'))
    writeToStream({ cmd: 'puback', messageId: 7 }, socket)
    writeToStream({ cmd: 'pingresp' }, socket)
    expect(traffic.read()).toMatchObject({ packetsSent: 3, bytesSent: 0 })
    await nextTurn()
    expect(traffic.read()).toMatchObject({ packetsSent: 3, bytesSent: 5 + 4 + 2 })
  })

  test('sends nothing to a connection that was cut', async () => {
    const { outbox, socket, writes } = openScene({ isCut: true })
    expect(outbox.isBehind).toBe(true)
    outbox.send(Buffer.from('x'))
    await nextTurn()
    socket.destroy()
    expect(writes).toEqual([])
  })
})
