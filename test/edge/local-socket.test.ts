import { once } from 'node:events'
import { existsSync, linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLocalSocket } from '../../src/edge/local-socket.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('the local socket', () => {
  test('hands on what connects to it, and is its owner’s alone', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'hub.sock')
    const accepted = Promise.withResolvers<Socket>()
    await using _ = await openLocalSocket({ path, onConnection: accepted.resolve })
    const client = connect(path)
    const socket = await accepted.promise
    expect(statSync(path).mode & 0o777).toBe(0o600)
    socket.end('x')
    expect(String(await once(client, 'data'))).toBe('x')
    client.destroy()
  })

  test('is gone when it is disposed', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'hub.sock')
    const local = await openLocalSocket({ path, onConnection: () => undefined })
    await local[Symbol.asyncDispose]()
    expect(existsSync(path)).toBe(false)
  })

  for (const { name, leave } of [
    { name: 'a dead hub left behind', leave: leaveSocket },
    { name: 'is no socket at all', leave: (path: string) => writeFileSync(path, '') },
  ]) {
    test(`takes the place of what ${name}`, async () => {
      await using folder = await temporaryFolder()
      const path = join(folder.path, 'hub.sock')
      await leave(path)
      expect(existsSync(path)).toBe(true)
      const accepted = Promise.withResolvers<Socket>()
      await using _ = await openLocalSocket({ path, onConnection: accepted.resolve })
      const client = connect(path)
      const socket = await accepted.promise
      socket.destroy()
      client.destroy()
    })
  }
})

describe('a local socket that cannot be opened is named', () => {
  test('when its path is too long for the system', async () => {
    const path = `/tmp/${'x'.repeat(103)}`
    await expect(openLocalSocket({ path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'file_unreachable',
      message: `${path} is too long for a socket (107 octets): choose a shorter data_dir`,
    })
  })

  test('when its folder is missing', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'missing', 'hub.sock')
    await expect(openLocalSocket({ path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'file_unreachable',
      message: expect.stringContaining(`${path} cannot be opened: `),
    })
  })

  test('when a folder stands in its place', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'hub.sock')
    mkdirSync(path)
    await expect(openLocalSocket({ path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'file_unreachable',
      message: expect.stringContaining(`${path} cannot be opened: `),
    })
  })
})

/** As `kill -9` leaves it: the file is there, and nobody listens. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer()
  server.listen(`${path}.dead`)
  await once(server, 'listening')
  linkSync(`${path}.dead`, path)
  server.close()
  await once(server, 'close')
}
