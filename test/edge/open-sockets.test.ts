import { expect, test } from 'vitest'
import { OpenSockets } from '../../src/edge/open-sockets.ts'
import { openTcpPair } from '../support/tcp-pair.ts'

test('sockets that nobody else has closed are closed in the end', async () => {
  await using one = await openTcpPair()
  await using other = await openTcpPair()
  const sockets = new OpenSockets()
  sockets.add(one.accepted)
  sockets.add(other.accepted)
  await sockets[Symbol.asyncDispose]()
  expect([one.accepted.closed, other.accepted.closed]).toEqual([true, true])
})

test('a socket that was closed before is nobody’s business', async () => {
  await using pair = await openTcpPair()
  const sockets = new OpenSockets()
  sockets.add(pair.accepted)
  await new Promise((resolve) => pair.accepted.once('close', resolve).destroy())
  await sockets[Symbol.asyncDispose]()
})
