import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { administer } from '../support/administrators.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub } from '../support/test-hub.ts'

test('curl signs in by a link, keeps the cookie for this host alone, and signs out', async (context) => {
  needPrograms(context, 'curl')
  await using hub = await startTestHub()
  const own = `https://localhost:${hub.hub.apiPort}`
  const curl = async (path: string, flags = '') => {
    const line = `curl -sS -w '\\n%{http_code}' --cacert certs/ca-cert.pem -b jar -c jar ${flags} ${own}${path}`
    const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
    if (stdout === '') throw new Error(stderr)
    return Number(stdout.split('\n').at(-1))
  }
  const jar = () => readFile(join(hub.folder, 'jar'), 'utf8')
  const { link } = await administer(hub, 'POST', '/api/sign-in-links', { name: 'eva', role: 'operator' })
  const body = JSON.stringify({ link: link.split('/').at(-1) })
  const json = `-H 'Content-Type: application/json'`
  expect(await curl('/api/session', `${json} -d '${body}'`)).toBe(201)
  // Netscape's form: for HTTP alone, host, of no sub-domain, path, over TLS alone, until the browser is closed
  expect(await jar()).toMatch(/^#HttpOnly_localhost\tFALSE\t\/\tTRUE\t0\t__Host-signet\tsgn_[0-9a-f]{12}_[\w-]{43}$/m)
  expect(await curl('/api/devices')).toBe(200)
  const device = `${json} -d '{"deviceId":"pump"}'`
  expect(await curl('/api/devices', device)).toBe(403)
  expect(await curl('/api/devices', `${device} -H 'Origin: https://evil.example.com'`)).toBe(403)
  expect(await curl('/api/devices', `${device} -H 'Origin: ${own}'`)).toBe(201)
  expect(await curl('/api/session', `-X DELETE -H 'Origin: ${own}'`)).toBe(204)
  expect(await jar()).not.toContain('__Host-signet')
  expect(await curl('/api/devices')).toBe(401)
})
