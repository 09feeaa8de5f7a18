import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openWebSocketPair } from './web-socket-pair.ts'

const KIB = 1024

test('a connection keeps its address and its peer, and is open when its CONNECT was accepted', async () => {
  await using pair = await openWebSocketPair()
  const { incoming, below } = pair
  expect(incoming).toMatchObject({ address: below.address, peer: below.peer })
  expect(below.isOpen).toBe(false)
  incoming.markOpen()
  expect(below.isOpen).toBe(true)
})

test('before that it may send a CONNECT and what one read holds, finished or not', async () => {
  await using pair = await openWebSocketPair({ connectBytes: KIB })
  const { socket } = pair.incoming
  pair.client.send(Buffer.alloc(64 * KIB))
  await once(socket, 'readable')
  expect(socket.read()).toHaveLength(64 * KIB)
  pair.client.send(Buffer.alloc(64 * KIB))
  expect(await pair.closed).toBe(1009)
  expect(socket.errored).toMatchObject({ violation: 'packet_too_large' })
})

test('after that as much as it likes', async () => {
  await using pair = await openWebSocketPair({ connectBytes: KIB })
  const { socket, markOpen } = pair.incoming
  markOpen()
  for (let index = 0; index < 10; index++) pair.client.send(Buffer.alloc(64 * KIB))
  pair.client.close()
  expect(Buffer.concat(await socket.toArray())).toHaveLength(640 * KIB)
})

test('a message may hold a CONNECT where that is larger than any other packet may be', async () => {
  await using pair = await openWebSocketPair({ connectBytes: 16 * KIB, packetBytes: 64 })
  pair.client.send(Buffer.alloc(16 * KIB))
  await once(pair.incoming.socket, 'readable')
  expect(pair.incoming.socket.readableLength).toBe(16 * KIB)
})
