import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createHttpSockets } from '../../src/edge/http-sockets.ts'

test('of a socket that nobody has handed in nothing is known', () => {
  const http = createHttpSockets(() => undefined)
  const socket = new Socket()
  const used: unknown[] = []
  http.withConnection(socket, (connection) => used.push(connection))
  expect([http.addressOf(socket), http.peerOf(socket), used]).toEqual(['unknown', {}, []])
})
