import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Backend, startRawBackend } from '../../support/backend.ts'
import { openProxyScene, type ProxyScene, routeTo } from './proxy-scene.ts'

/** What came on each connection of the backend. */
const seen: string[] = []
let backend: Backend
let scene: ProxyScene

beforeAll(async () => {
  backend = await startRawBackend((socket) => {
    let index: number | undefined
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      // Whoever comes to this port by mistake, as other tests on this machine may, comes without the proxy's headers.
      if (index === undefined && !/^x-forwarded-for:/im.test(chunk)) return void socket.destroy()
      index ??= seen.push('') - 1
      seen[index] = `${seen[index]}${chunk}`
      socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n')
    })
  })
  scene = await openProxyScene([routeTo(backend), routeTo(backend, { path: '/kept', keepPrefix: true })])
})

afterAll(async () => {
  await scene[Symbol.asyncDispose]()
  await backend[Symbol.asyncDispose]()
})

/** The status lines that came back. */
async function statuses(...lines: readonly string[]): Promise<readonly string[]> {
  const answer = await scene.send(`${lines.join('\r\n')}`)
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status = '']) => status)
}

describe('a target that leaves its route reaches no backend', () => {
  for (const target of [
    '/app/../api/devices',
    '/app/x/..',
    '/app/./x',
    '/app/%2e%2e/api',
    '/app/%2E./api',
    '/app/..%2fapi',
    '/app/x%2F..%2f..%2Fapi',
    '/app/..%5capi',
    '/app/..;/api',
    '/app/..%3bx=1/api',
    '/kept/../api',
    '/app//evil.example/',
    '/app/\\..\\api',
    '/app/\xe9',
    '/app#x/../..',
    '/app/x#y',
  ]) {
    test(JSON.stringify(target), async () => {
      const before = seen.length
      const [status] = await statuses(`GET ${target} HTTP/1.1`, 'host: localhost', 'connection: close', '', '')
      // Without a route's whole segment it is ours to answer.
      expect(status).toBe(target.startsWith('/app#') ? '200' : '400')
      expect(seen).toHaveLength(before)
    })
  }

  test('but what only looks like it does, octet for octet', async () => {
    const target = '/app/..x/%2F/%252e%252e/.hidden/a%20b/a;b=../x?y=/../\u007e'
    const [status] = await statuses(`GET ${target} HTTP/1.1`, 'host: localhost', 'connection: close', '', '')
    expect(status).toBe('204')
    expect(seen.at(-1)).toContain(`GET ${target.slice(4)} HTTP/1.1\r\n`)
  })

  test('in absolute form it is ours to answer', async () => {
    const before = seen.length
    const lines = ['GET http://evil.example/app HTTP/1.1', 'host: localhost', 'connection: close', '', '']
    expect(await statuses(...lines)).toEqual(['200'])
    expect(seen).toHaveLength(before)
  })
})

describe('a request whose end two servers may see in two places reaches no backend', () => {
  const smuggled = 'GET /admin HTTP/1.1\r\nhost: localhost\r\n\r\n'
  for (const { name, lines } of [
    { name: 'Content-Length and Transfer-Encoding', lines: ['content-length: 4', 'transfer-encoding: chunked'] },
    { name: 'Transfer-Encoding and Content-Length', lines: ['transfer-encoding: chunked', 'content-length: 4'] },
    { name: 'two lengths', lines: ['content-length: 4', 'content-length: 40'] },
    { name: 'a length that is a list', lines: ['content-length: 4, 40'] },
    { name: 'a length with a sign', lines: ['content-length: +4'] },
    { name: 'a length that is hexadecimal', lines: ['content-length: 0x4'] },
    { name: 'a coding that is none', lines: ['transfer-encoding: xchunked'] },
    { name: 'a coding before chunked', lines: ['transfer-encoding: gzip, chunked'] },
    { name: 'chunked twice', lines: ['transfer-encoding: chunked, chunked'] },
    { name: 'a coding in two lines', lines: ['transfer-encoding: chunked', 'transfer-encoding: identity'] },
    { name: 'a folded coding', lines: ['transfer-encoding:', ' chunked'] },
    { name: 'a folded header', lines: ['x: a', ' transfer-encoding: chunked'] },
    { name: 'white space before the colon', lines: ['transfer-encoding : chunked'] },
    { name: 'a bare LF', lines: ['x: a\ntransfer-encoding: chunked'] },
    { name: 'a bare CR', lines: ['x: a\rtransfer-encoding: chunked'] },
    { name: 'NUL', lines: ['x: a\0b'] },
    { name: 'a second Host', lines: ['host: evil.example'] },
  ]) {
    test(name, async () => {
      const before = seen.length
      const found = await statuses('POST /app HTTP/1.1', 'host: localhost', ...lines, '', `0\r\n\r\n${smuggled}`)
      expect(found).toEqual(['400'])
      expect(seen).toHaveLength(before)
    })
  }

  test('so many headers that the one with the length is left out', async () => {
    const before = seen.length
    const many = Array.from({ length: 100 }, (_, index) => `x-${index}: 1`)
    const lines = ['GET /app HTTP/1.1', ...many, 'host: localhost', `content-length: ${smuggled.length}`, '', smuggled]
    expect((await statuses(...lines))[0]).toBe('400')
    expect(seen).toHaveLength(before)
  })

  test('a chunk that is none breaks the request off, and nothing behind it is one', async () => {
    const head = ['POST /app HTTP/1.1', 'host: localhost', 'transfer-encoding: chunked', '', '']
    expect(await statuses(...head, `zz\r\n${smuggled}`)).not.toContain('200')
    expect(seen.join()).not.toContain('/admin')
  })
})

describe('a method', () => {
  test('TRACE is not allowed', async () => {
    const before = seen.length
    const answer = await scene.send('TRACE /app HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 405 /)
    expect(answer.toLowerCase()).toContain('allow: get, head, post, put, patch, delete, options')
    expect(seen).toHaveLength(before)
  })

  test('CONNECT gets no connection', async () => {
    const before = seen.length
    expect(await scene.send('CONNECT /app HTTP/1.1\r\nhost: localhost\r\n\r\n')).not.toContain('200')
    expect(await scene.send('CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: localhost\r\n\r\n')).not.toContain('200')
    expect(seen).toHaveLength(before)
  })

  test('that is none is refused', async () => {
    expect(await statuses('PUT\t/app HTTP/1.1', 'host: localhost', '', '')).toEqual(['400'])
  })
})
