import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { authority } from '../api/api-harness.ts'
import { type Backend, startBackend, startRawBackend } from '../support/backend.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

function startHubBefore({ host, port }: Pick<Backend, 'host' | 'port'>, route = {}): Promise<TestHub> {
  return startTestHub({ settings: { server: { reverse_proxy: [{ path: '/app', host, port, ...route }] } } })
}

/** curl's exit code, what it printed, and the status. */
async function curl({ hub, folder }: TestHub, path: string, flags = '') {
  const line = `curl -sS --path-as-is --cacert certs/ca-cert.pem -w '\\n%{http_code}' ${flags} https://localhost:${hub.apiPort}${path}`
  const { code, stdout, stderr } = await runProgram(line, { cwd: folder })
  const lines = stdout.split('\n')
  return { code, status: lines.pop(), body: lines.join('\n'), stderr }
}

const digest: RequestListener = async (request, response) => {
  const hash = createHash('sha256')
  for await (const chunk of request) hash.update(chunk)
  response.end(`${request.headers['content-length']} ${hash.digest('hex')}`)
}

test('curl sends 100 MB through the hub, and asks first whether it may: Expect, RFC 9110 §10.1.1', async (context) => {
  needPrograms(context, 'curl')
  await using backend = await startBackend(digest)
  await using hub = await startHubBefore(backend)
  const body = Buffer.alloc(100_000_000, 'signet')
  await writeFile(join(hub.folder, 'body'), body)
  const expected = `${body.length} ${createHash('sha256').update(body).digest('hex')}`
  expect(await curl(hub, '/app', '-T body -H "Expect: 100-continue"')).toMatchObject({
    code: 0,
    status: '200',
    body: expected,
  })
})

test('curl leaves its route by no path', async (context) => {
  needPrograms(context, 'curl')
  const seen: (string | undefined)[] = []
  await using backend = await startBackend((request, response) => {
    seen.push(request.url)
    response.end()
  })
  await using hub = await startHubBefore(backend)
  for (const path of [
    '/app/../api/devices',
    '/app/%2e%2e/api/devices',
    '/app/..%2fapi',
    '/app/..%5capi',
    '/app//evil.example',
  ]) {
    expect(await curl(hub, path)).toMatchObject({ code: 0, status: '400' })
  }
  expect(await curl(hub, '/x/../app/')).toMatchObject({ status: '404' })
  expect(seen).toEqual([])
})

test('curl does not take a part for the whole when the backend dies', async (context) => {
  needPrograms(context, 'curl')
  await using backend = await startRawBackend((socket) => {
    const part = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n'
    socket.once('data', () => socket.write(part, () => socket.destroy()))
  })
  await using hub = await startHubBefore(backend)
  const { code, body } = await curl(hub, '/app')
  expect(body).toContain('part')
  expect(code).not.toBe(0)
})

test('an openssl with a certificate of its own CA is a backend', async (context) => {
  needPrograms(context, 'curl', 'openssl')
  await using folder = await temporaryFolder()
  const { certificatePem, privateKeyPem } = await authority.issueServer(['127.0.0.1'])
  await writeFile(join(folder.path, 'server.pem'), `${certificatePem}\n${privateKeyPem}`)
  await writeFile(join(folder.path, 'ca.pem'), authority.caCertificatePem)
  await writeFile(join(folder.path, 'page.txt'), 'served by openssl\n')
  const line = 'openssl s_server -accept 127.0.0.1:0 -cert server.pem -key server.pem -WWW'
  await using server = startProgram(line, { cwd: folder.path })
  const [port] = /\d+$/.exec(await server.line(/^ACCEPT /)) ?? []
  const route = { https: true, ca_file: join(folder.path, 'ca.pem') }
  await using hub = await startHubBefore({ host: '127.0.0.1', port: Number(port) }, route)
  const answer = await curl(hub, '/app/page.txt')
  expect(answer).toMatchObject({ code: 0, status: '200', body: 'served by openssl\n' })
})

test('a curl that is killed is noticed by the backend', async (context) => {
  needPrograms(context, 'curl')
  const asked = Promise.withResolvers<Promise<unknown>>()
  await using backend = await startBackend((_request, response) => {
    response.write('and so on\n')
    asked.resolve(once(response, 'close'))
  })
  await using hub = await startHubBefore(backend)
  const line = `curl -sSN --cacert certs/ca-cert.pem https://localhost:${hub.hub.apiPort}/app`
  const program = startProgram(line, { cwd: hub.folder })
  const closed = asked.promise
  await program.line(/and so on/)
  await program.stop('SIGKILL')
  await closed
})
