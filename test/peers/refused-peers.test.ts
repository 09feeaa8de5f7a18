import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createForeignCa } from '../support/certificate-maker.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const TELEMETRY = '-t users/default/devices/device-001/telemetry -m test'
/** MQTT 3.1.1 §3.2.2.3, which mosquitto makes its exit code. */
const NOT_AUTHORISED = 5

interface Refused {
  readonly name: string
  /** The flags of mosquitto_pub, in the folder of a hub in which `device-001` is enrolled. */
  readonly flags: (hub: TestHub) => Promise<string> | string
  /** Its exit code; two where it may notice the end at two moments. */
  readonly codes: readonly number[]
  readonly says: string
  readonly cause: string
}

const REFUSED: readonly Refused[] = [
  {
    name: 'without a certificate',
    flags: atHub,
    codes: [NOT_AUTHORISED],
    says: 'not authorised',
    cause: 'certificate_missing',
  },
  {
    name: 'with a certificate of another CA',
    async flags(hub) {
      const made = await (await createForeignCa('CN=Somebody Else')).make({ commonNames: ['device-001'] })
      return `${atHub(hub)} ${await saveCredentials(hub.folder, 'stranger', made)}`
    },
    codes: [NOT_AUTHORISED],
    says: 'not authorised',
    cause: 'issuer_unknown',
  },
  {
    name: 'with a revoked certificate',
    async flags(hub) {
      const flags = await saveCredentials(hub.folder, 'revoked', await hub.enrol('device-002'))
      await hub.api('DELETE', '/api/devices/certificates/device-002')
      return `${atHub(hub)} ${flags}`
    },
    codes: [NOT_AUTHORISED],
    says: 'not authorised',
    cause: 'certificate_revoked',
  },
  {
    name: 'with the client id of another device',
    async flags(hub) {
      await hub.enrol('device-002')
      return `${atHub(hub)} ${await enrolled(hub)} -i device-002`
    },
    codes: [2],
    says: 'identifier rejected',
    cause: 'client_id_wrong',
  },
  {
    name: 'that speaks MQTT 5',
    flags: async (hub) => `${atHub(hub)} ${await enrolled(hub)} -V mqttv5`,
    codes: [0x84],
    says: 'Unsupported Protocol Version',
    cause: 'protocol_version_unsupported',
  },
  {
    name: 'that trusts another CA',
    async flags(hub) {
      await writeFile(join(hub.folder, 'wrong-ca.pem'), (await createForeignCa('CN=Somebody Else')).pem)
      return `--cafile wrong-ca.pem -h localhost -p ${hub.hub.mqttPort}`
    },
    codes: [1, 8],
    says: 'A TLS error occurred',
    cause: 'server_certificate_rejected',
  },
  {
    name: 'without TLS',
    flags: ({ hub }) => `-h localhost -p ${hub.mqttPort}`,
    codes: [7],
    says: 'The connection was lost',
    cause: 'tls_missing',
  },
]

describe('mosquitto_pub is refused', () => {
  test.for(REFUSED)('$name', async ({ flags, codes, says, cause }, context) => {
    needPrograms(context, 'mosquitto_pub')
    await using hub = await startTestHub()
    const line = `mosquitto_pub ${await flags(hub)} ${TELEMETRY}`
    const refused = await runProgram(line, { cwd: hub.folder })
    expect(refused.stderr).toContain(says)
    expect(codes).toContain(refused.code)
    expect(await hub.refusals()).toMatchObject([{ cause, surface: 'mqtts' }])
  })
})

test('curl with a wrong token is told so in a problem document', async (context) => {
  needPrograms(context, 'curl')
  await using hub = await startTestHub()
  const line = `curl -sS -i --cacert certs/ca-cert.pem -H 'Authorization: Bearer sgn_wrong_token' -X POST https://localhost:${hub.hub.apiPort}/api/devices/certificates/device-001`
  const { stdout } = await runProgram(line, { cwd: hub.folder })
  const [head = '', body = ''] = stdout.split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 401 .*\r\n/)
  expect(head.toLowerCase()).toContain('content-type: application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ status: 401, code: 'unauthorized' })
  expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])
})

describe('the TLS of others', () => {
  for (const version of ['1.2', '1.3']) {
    test(`gnutls-cli completes a handshake of TLS ${version}, with its certificate`, async (context) => {
      needPrograms(context, 'gnutls-cli')
      await using hub = await startTestHub()
      await saveCredentials(hub.folder, 'device', await hub.enrol('device-001'))
      const flags = '--x509cafile certs/ca-cert.pem --x509certfile device-cert.pem --x509keyfile device-key.pem'
      const line = `gnutls-cli ${flags} --priority NORMAL:-VERS-ALL:+VERS-TLS${version} -p ${hub.hub.mqttPort} localhost`
      const { stdout } = await runProgram(line, { cwd: hub.folder })
      expect(stdout).toContain('Handshake was completed')
      expect(stdout).toContain(`(TLS${version}-X.509)`)
      expect(stdout).toContain('Successfully sent 1 certificate(s) to server')
    })
  }

  for (const listener of ['mqttPort', 'apiPort'] as const) {
    test(`openssl s_client is refused TLS 1.1 on ${listener}`, async (context) => {
      needPrograms(context, 'openssl')
      await using hub = await startTestHub()
      // Security level 0: else the client itself would not offer it.
      const flags = '-tls1_1 -cipher DEFAULT@SECLEVEL=0 -CAfile certs/ca-cert.pem'
      const line = `openssl s_client -connect localhost:${hub.hub[listener]} ${flags}`
      expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('alert protocol version'),
      })
    })
  }
})

async function enrolled(hub: TestHub): Promise<string> {
  return saveCredentials(hub.folder, 'device', await hub.enrol('device-001'))
}
