import { writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { findFreePorts } from '../support/free-ports.ts'
import { saveCredentials } from '../support/mosquitto.ts'
import { type Program, runProgram, startProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

describe('a certificate that the hub issued for another server', () => {
  for (const keyAlgorithm of ['ec-p256', 'rsa-2048']) {
    test(`with a key of ${keyAlgorithm} serves openssl s_server, and openssl, curl and gnutls-cli verify it`, async (context) => {
      needPrograms(context, 'openssl', 'curl', 'gnutls-cli')
      await using hub = await startTestHub()
      await issue(hub, `localhost 127.0.0.1 --key-algorithm ${keyAlgorithm}`)
      await writeFile(join(hub.folder, 'page.txt'), 'served by openssl\n')
      const files = '-cert other/localhost-cert.pem -key other/localhost-key.pem'
      await using server = startProgram(`openssl s_server -accept 127.0.0.1:0 ${files} -WWW`, { cwd: hub.folder })
      const [port] = /\d+$/.exec(await server.line(/^ACCEPT /)) ?? []
      const type = (line: string) => runProgram(line, { cwd: hub.folder })

      const asked = await type(`curl -sS --cacert certs/ca-cert.pem https://127.0.0.1:${port}/page.txt`)
      expect(asked).toMatchObject({ code: 0, stdout: 'served by openssl\n', stderr: '' })
      const strict = '-verify_return_error -x509_strict -verify_hostname localhost'
      const shaken = await type(
        `openssl s_client -connect 127.0.0.1:${port} ${strict} -CAfile certs/ca-cert.pem </dev/null`,
      )
      expect(shaken.stdout).toContain('Verify return code: 0 (ok)')
      const trusted = await type(
        `gnutls-cli --x509cafile certs/ca-cert.pem --sni-hostname localhost --verify-hostname localhost -p ${port} 127.0.0.1 </dev/null`,
      )
      expect(trusted.stdout).toContain('Status: The certificate is trusted')

      const elsewhere = await type(
        `curl -sS --cacert certs/ca-cert.pem --resolve else.example.com:${port}:127.0.0.1 https://else.example.com:${port}/`,
      )
      expect(elsewhere).toMatchObject({ code: 60, stderr: expect.stringContaining('else.example.com') })
    })
  }

  test('serves a Mosquitto, which lets in the devices of the hub and nobody else', async (context) => {
    needPrograms(context, 'mosquitto', 'mosquitto_rr', 'mosquitto_pub')
    await using hub = await startTestHub()
    await issue(hub, 'localhost')
    const device = await saveCredentials(hub.folder, 'pump', await hub.enrol('pump'))
    await using mosquitto = await startMosquitto(hub)
    const at = `-h localhost -p ${mosquitto.port} --cafile certs/ca-cert.pem -t a`
    const type = (line: string) => runProgram(line, { cwd: hub.folder })
    expect(await type(`mosquitto_rr ${at} ${device} -e a -m heard`)).toMatchObject({ code: 0, stdout: 'heard\n' })
    expect((await type(`mosquitto_pub ${at} -m x`)).code).not.toBe(0)
  })
})

async function issue(hub: TestHub, flags: string): Promise<void> {
  const argv = ['server-cert', 'issue', ...flags.split(' '), '--out', 'other']
  expect(await run({ argv, cwd: hub.folder })).toMatchObject({ code: 0, stderr: '' })
}

async function startMosquitto({ folder }: TestHub): Promise<Program & { readonly port: number }> {
  const [port = 0] = await findFreePorts(1)
  const lines = [
    `user ${userInfo().username}`,
    'log_dest stderr',
    `listener ${port} localhost`,
    'cafile other/ca-cert.pem',
    'certfile other/localhost-cert.pem',
    'keyfile other/localhost-key.pem',
    'require_certificate true',
    'use_identity_as_username true',
    '',
  ]
  await writeFile(join(folder, 'mosquitto.conf'), lines.join('\n'))
  const program = startProgram('mosquitto -c mosquitto.conf', { cwd: folder })
  await program.line(/mosquitto version \S+ running/)
  return Object.assign(program, { port })
}
