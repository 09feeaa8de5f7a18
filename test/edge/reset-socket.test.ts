import { once } from 'node:events'
import { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { resetSocket } from '../../src/edge/reset-socket.ts'
import { openTcpPair } from '../support/tcp-pair.ts'

test('the peer sees a reset', async () => {
  await using pair = await openTcpPair()
  const failed = new Promise<NodeJS.ErrnoException>((resolve) => pair.client.once('error', resolve))
  resetSocket(pair.accepted)
  expect((await failed).code).toBe('ECONNRESET')
})

test('one that is saying goodbye is closed all the same', async () => {
  await using pair = await openTcpPair()
  const closed = once(pair.accepted, 'close')
  pair.accepted.end('goodbye')
  resetSocket(pair.accepted)
  // With the error of the reset that libuv refused it would reject.
  await closed
})

test('and so is one whose goodbye waits behind what its peer does not read', async () => {
  await using pair = await openTcpPair()
  pair.client.pause()
  const closed = once(pair.accepted, 'close')
  pair.accepted.end(Buffer.alloc(16 * 1024 * 1024))
  resetSocket(pair.accepted)
  await closed
})

test('a goodbye within TLS is one of the socket below it', async () => {
  await using pair = await openTcpPair()
  const speaker = new TLSSocket(pair.accepted, { isServer: true })
  speaker.on('error', () => undefined)
  const closed = once(pair.accepted, 'close')
  speaker.end('goodbye')
  resetSocket(pair.accepted, speaker)
  await closed
})
