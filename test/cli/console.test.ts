import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConsoleBrowser } from '../support/console-browser.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'
import { run } from './terminal.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

function signet(...argv: readonly string[]) {
  return run({ argv, cwd: hub.folder })
}

describe('console-link', () => {
  test('prints the link alone, for a program, and says on the side whose it is and until when', async () => {
    const { code, stdout, stderr } = await signet('console-link')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^https:\/\/localhost:\d+\/#\/sign-in\/sgn_\w{12}_[\w-]{43}\n$/)
    expect(stderr).toMatch(/signed in as local, role admin, once, until \d{4}-\d\d-\d\dT[\d:.]+Z\n/)
    expect(stderr).toContain('set public_host')
    expect((await openConsoleBrowser(hub).open(stdout.trim())).status).toBe(201)
  })

  test('says nothing of localhost where the hub has a public name', async () => {
    await using named = await startTestHub({ settings: { public_host: 'hub.example.com' } })
    const { code, stdout, stderr } = await run({ argv: ['console-link'], cwd: named.folder })
    expect(code).toBe(0)
    expect(new URL(stdout).hostname).toBe('hub.example.com')
    expect(stderr).not.toContain('Warning')
  })

  test('of another hub is of whose token is shown', async () => {
    const { stdout: token } = await signet('token', 'create', 'eva', '--role', 'admin')
    await writeFile(join(hub.folder, 'token'), token)
    const remote = [
      '--url',
      `https://localhost:${hub.hub.apiPort}`,
      '--token-file',
      'token',
      '--ca',
      'certs/ca-cert.pem',
    ]
    expect((await signet('console-link', ...remote)).stderr).toContain('signed in as eva, role admin')
  })
})

describe('invite', () => {
  test('makes a link for a colleague', async () => {
    const { stdout, stderr } = await signet('invite', 'adam', '--role', 'auditor')
    expect(stderr).toContain('signed in as adam, role auditor')
    const browser = openConsoleBrowser(hub)
    expect((await browser.open(stdout.trim())).json()).toMatchObject({ name: 'adam', role: 'auditor' })
  })

  test('--json prints all that there is to know', async () => {
    const { stdout } = await signet('invite', 'adam', '--role', 'operator', '--json')
    expect(JSON.parse(stdout)).toEqual({
      id: expect.any(String),
      name: 'adam',
      role: 'operator',
      link: expect.stringContaining('/#/sign-in/'),
      expiresAt: expect.any(String),
    })
  })

  for (const { argv, sentence } of [
    { argv: ['invite', 'adam'], sentence: "required option '--role <role>' not specified" },
    { argv: ['invite', 'adam', '--role', 'validator'], sentence: 'Allowed choices are admin, operator, auditor' },
  ]) {
    test(`${argv.join(' ')} is a wrong call`, async () => {
      const { code, stdout, stderr } = await signet(...argv)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(sentence)
    })
  }
})

describe('where a link is not enough', () => {
  for (const { mode, warning } of [
    { mode: 'mtls', warning: 'in only whose browser shows a certificate of the administrator eva' },
    { mode: 'mtls_and_token', warning: 'in only whose browser shows a certificate of the administrator eva' },
    { mode: 'https_only', warning: 'nobody in' },
  ] as const) {
    test(`in ${mode} the command line says so`, async () => {
      await using other = await startTestHub({ settings: { api: { auth: mode } } })
      const { code, stderr } = await run({ argv: ['invite', 'eva', '--role', 'admin'], cwd: other.folder })
      expect(code).toBe(0)
      expect(stderr).toContain(`Warning: with api.auth ${mode} the link lets ${warning}\n`)
    })
  }

  test('and in token there is nothing to say', async () => {
    expect((await signet('console-link')).stderr).not.toContain('api.auth')
  })
})
