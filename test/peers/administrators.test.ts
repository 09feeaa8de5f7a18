import { describe, expect, test } from 'vitest'
import { administer, createAdministrator, createApiToken, refusalsOf } from '../support/administrators.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { saveCredentials } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

async function curl(hub: TestHub, flags: string): Promise<{ readonly status: number; readonly code?: string }> {
  const url = `https://localhost:${hub.hub.apiPort}/api/devices`
  const line = `curl -sS -w '\\n%{http_code}' --cacert certs/ca-cert.pem ${flags} ${url}`
  const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
  const [body = '', status] = stdout.split('\n')
  if (body === '') throw new Error(stderr)
  return { status: Number(status), code: JSON.parse(body).code }
}

test('curl is let in by certificate in mtls, and told in a problem document why it is not', async (context) => {
  needPrograms(context, 'curl')
  await using hub = await startTestHub({ settings: { api: { auth: 'mtls' } } })
  const eva = await saveCredentials(hub.folder, 'eva', await createAdministrator(hub, 'eva'))
  expect(await curl(hub, eva)).toEqual({ status: 200 })
  expect(await curl(hub, '')).toEqual({ status: 401, code: 'unauthorized' })
  const device = await administer(hub, 'POST', '/api/devices/certificates/device-001')
  const shown = await saveCredentials(hub.folder, 'device', { cert: device.clientCert, key: device.clientKey })
  expect(await curl(hub, shown)).toEqual({ status: 401, code: 'unauthorized' })
  await administer(hub, 'DELETE', '/api/admin-certificates/eva')
  expect(await curl(hub, eva)).toEqual({ status: 401, code: 'unauthorized' })
  expect((await refusalsOf(hub)).map(({ cause }) => cause)).toEqual([
    'certificate_revoked',
    'certificate_kind_wrong',
    'certificate_missing',
  ])
})

test('curl needs both, of one name, in mtls_and_token', async (context) => {
  needPrograms(context, 'curl')
  await using hub = await startTestHub({ settings: { api: { auth: 'mtls_and_token' } } })
  const eva = await saveCredentials(hub.folder, 'eva', await createAdministrator(hub, 'eva'))
  const bearer = async (name: string) => `-H 'Authorization: Bearer ${(await createApiToken(hub, name)).token}'`
  expect(await curl(hub, `${eva} ${await bearer('eva')}`)).toEqual({ status: 200 })
  for (const flags of [eva, await bearer('eva'), `${eva} ${await bearer('adam')}`]) {
    expect(await curl(hub, flags)).toEqual({ status: 401, code: 'unauthorized' })
  }
})

describe('a browser is asked for a certificate of our CA alone:', () => {
  for (const version of ['tls1_2', 'tls1_3']) {
    test(`openssl s_client is told the names of acceptable CAs in ${version}`, async (context) => {
      needPrograms(context, 'openssl')
      await using hub = await startTestHub()
      const flags = `-${version} -nameopt RFC2253 -CAfile certs/ca-cert.pem -verify_return_error`
      const line = `openssl s_client -connect localhost:${hub.hub.apiPort} ${flags}`
      const { stdout } = await runProgram(line, { cwd: hub.folder })
      const subject = await runProgram('openssl x509 -in certs/ca-cert.pem -noout -subject -nameopt RFC2253', {
        cwd: hub.folder,
      })
      const [, names = ''] =
        /Acceptable client certificate CA names\n([\s\S]*?)\n(?:Client Certificate|Requested)/.exec(stdout) ?? []
      expect(names).toBe(subject.stdout.replace(/^subject=/, '').trim())
    })
  }
})
