import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { type Ended, runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

const CHALLENGES = '.well-known/acme-challenge'

describe('the port of redirects', () => {
  test('leads curl to HTTPS, from the place that was asked for', async (context) => {
    needPrograms(context, 'curl')
    await using hub = await startTestHub({ settings: { api: { redirect_port: 0 } } })
    const line = 'curl -sSL --cacert certs/ca-cert.pem -w "\\n%{http_code} %{num_redirects} %{url_effective}"'
    const asked = await runProgram(`${line} http://localhost:${hub.hub.redirectPort}/livez`, { cwd: hub.folder })
    const at = `https://localhost:${hub.hub.apiPort}/livez`
    expect(asked).toMatchObject({ code: 0, stdout: `{"status":"ok"}\n200 1 ${at}` })
  })

  test('shows curl the answer that certbot --webroot has put there, and nothing beside it', async (context) => {
    needPrograms(context, 'curl')
    await using web = await temporaryFolder()
    await mkdir(join(web.path, CHALLENGES), { recursive: true })
    await writeFile(join(web.path, CHALLENGES, 'token'), 'token.thumbprint')
    await writeFile(join(web.path, 'secret'), 'secret')
    await using hub = await startTestHub({ settings: { api: { redirect_port: 0, acme_folder: web.path } } })
    const ask = (path: string): Promise<Ended> =>
      runProgram(
        `curl -sS --path-as-is -H "Host: new.example.com" -w "\\n%{http_code}" "http://localhost:${hub.hub.redirectPort}/${CHALLENGES}/${path}"`,
        { cwd: web.path },
      )
    expect(await ask('token')).toMatchObject({ code: 0, stdout: 'token.thumbprint\n200' })
    for (const path of ['absent', '../../secret', '..%2f..%2fsecret', '%2e%2e/%2e%2e/secret']) {
      const { stdout } = await ask(path)
      expect(stdout).not.toContain('secret')
      expect(stdout.split('\n').at(-1)).toMatch(/^(?:308|404)$/)
    }
  })
})

test('api.allow lets curl in from the networks that it names, and resets it from elsewhere', async (context) => {
  needPrograms(context, 'curl')
  const api = { host: '127.0.0.1', allow: ['127.0.0.1', '127.0.7.0/24'] }
  await using hub = await startTestHub({ settings: { api } })
  const ask = (address: string): Promise<Ended> =>
    runProgram(
      `curl -sS --interface ${address} --cacert certs/ca-cert.pem https://127.0.0.1:${hub.hub.apiPort}/livez`,
      { cwd: hub.folder },
    )
  for (const address of ['127.0.0.1', '127.0.7.9']) expect(await ask(address)).toMatchObject({ code: 0 })
  expect((await ask('127.0.8.9')).code).not.toBe(0)
  expect(await hub.refusals()).toMatchObject([
    { cause: 'address_not_allowed', address: '127.0.8.9', mend: expect.stringContaining('api.allow') },
  ])
})
