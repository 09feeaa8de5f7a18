import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { needPrograms } from '../../support/foreign-program.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { openHubDouble } from '../hub-double.ts'
import { run } from '../terminal.ts'

const LIST = 'GET /api/devices?limit=500'
const EMPTY = { [LIST]: { body: { items: [], nextCursor: null } } }

describe('the hub of this machine', () => {
  test('is found by the data folder of the configuration', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble(EMPTY, { folder: join(folder.path, 'elsewhere') })
    for (const { argv, env } of [
      { argv: ['--data-dir', 'elsewhere/data'], env: {} },
      { argv: [], env: { SIGNET_DATA_DIR: 'elsewhere/data' } },
    ]) {
      expect(await run({ argv: ['device', 'list', ...argv], cwd: folder.path, env })).toMatchObject({ code: 0 })
    }
    await writeFile(join(folder.path, 'hub.yaml'), 'data_dir: elsewhere/data\n')
    const argv = ['device', 'list', '--config', 'hub.yaml']
    expect(await run({ argv, cwd: folder.path })).toMatchObject({ code: 0 })
  })

  test('a hub that does not run is told how to start, exit 1', async () => {
    await using folder = await temporaryFolder()
    const { code, stderr } = await run({ argv: ['device', 'list'], cwd: folder.path })
    const socket = join(folder.path, 'data', 'hub.sock')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `signet: No hub answers on ${socket}: start it with signet start\n`,
    })
  })

  test('a configuration that is wrong is told, exit 78, and nobody is asked', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble(EMPTY, { folder: folder.path })
    const { code } = await run({ argv: ['device', 'list'], cwd: folder.path, env: { SIGNET_X: '' } })
    expect(code).toBe(78)
    expect(hub.requests).toEqual([])
  })

  for (const [name, status] of [
    ['answer', '200 OK'],
    ['refusal', '409 Conflict'],
  ]) {
    test(`a hub that hangs up in the middle of its ${name} is one sentence`, async () => {
      await using folder = await temporaryFolder()
      await mkdir(join(folder.path, 'data'))
      await using server = createNetServer((socket) => {
        socket.once('data', () => socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 100\r\n\r\n{`))
      })
      server.listen(join(folder.path, 'data', 'hub.sock'))
      await once(server, 'listening')
      const { code, stderr } = await run({ argv: ['device', 'list'], cwd: folder.path })
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^signet: The hub on .*hub\.sock hung up before its answer was whole \(ECONNRESET\): its log .*\n$/,
      )
    })
  }

  test('an answer that is not JSON is one sentence', async () => {
    await using folder = await temporaryFolder()
    await using _hub = await openHubDouble({ [LIST]: { body: '<html>' } }, { folder: folder.path })
    const { code, stderr } = await run({ argv: ['device', 'list'], cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toBe('signet: The answer to /api/devices?limit=500 is not JSON: is this a Signet hub?\n')
  })
})

describe('another hub', () => {
  test('is shown the token of a file', async () => {
    await using folder = await temporaryFolder()
    await using hub = await openHubDouble(EMPTY, {})
    await writeFile(join(folder.path, 'token'), 'sgn_a_b\n')
    const argv = ['device', 'list', '--url', `http://127.0.0.1:${hub.port}`, '--token-file', 'token']
    expect(await run({ argv, cwd: folder.path })).toMatchObject({ code: 0 })
    expect(hub.requests).toMatchObject([{ authorization: 'Bearer sgn_a_b' }])
  })

  for (const { url, argv, sentence } of [
    { url: 'http://hub.example.com:3000', argv: [], sentence: /expected https:\/\/HOST:PORT, or http/ },
    { url: 'ftp://localhost', argv: [], sentence: /expected https/ },
    { url: 'localhost:3000', argv: [], sentence: /expected https/ },
    { url: 'nothing', argv: [], sentence: /expected https/ },
    { url: 'https://localhost:1', argv: ['--ca', 'gone.pem'], sentence: /gone\.pem cannot be read: ENOENT/ },
    { url: 'http://[::1]:1', argv: [], sentence: /No hub answers on http:\/\/\[::1\]:1: E/ },
  ]) {
    test(`refused/${url} ${argv.join(' ')}`, async () => {
      await using folder = await temporaryFolder()
      const { code, stderr } = await run({ argv: ['device', 'list', '--url', url, ...argv], cwd: folder.path })
      expect(code).toBe(1)
      expect(stderr).toMatch(sentence)
    })
  }

  test('over HTTPS it must be trusted by --ca, and is shown --cert and --key', async (context) => {
    needPrograms(context, 'openssl')
    await using folder = await temporaryFolder()
    const [key, cert] = createKeyPair(folder.path)
    await using server = createTlsServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: false })
    const shown: unknown[] = []
    server.on('request', ({ socket }: { socket: TLSSocket }, response) => {
      shown.push(socket.authorized)
      response.end(JSON.stringify({ items: [], nextCursor: null }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const argv = ['device', 'list', '--url', `https://localhost:${port}`]
    const untrusted = await run({ argv, cwd: folder.path })
    expect(untrusted.code).toBe(1)
    expect(untrusted.stderr).toMatch(/its certificate is not trusted here, name its CA with --ca FILE \(DEPTH_ZERO/)
    expect(shown).toEqual([])
    const credentials = ['--ca', 'cert.pem', '--cert', 'cert.pem', '--key', 'key.pem']
    expect(await run({ argv: [...argv, ...credentials], cwd: folder.path })).toMatchObject({ code: 0 })
    expect(shown).toEqual([true])
  })
})

function createKeyPair(folder: string): readonly [key: string, certificate: string] {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...name, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  })
  return [readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8')]
}
