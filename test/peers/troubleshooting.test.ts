import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REFUSAL_MENDS, type RefusalCause } from '../../src/refusal.ts'
import { createForeignCa, openHubCa } from '../support/certificate-maker.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { saveCredentials } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const GUIDE = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')

interface Trouble {
  readonly name: string
  /** Typed in the folder of a hub in which `device-001` is enrolled: CERT and KEY are its flags. */
  readonly line: string
  /** What the client prints, as the guide has it. */
  readonly says: string
  readonly cause: RefusalCause
  readonly surface?: string
  readonly presented?: Readonly<Record<string, unknown>>
  readonly expected?: string
  readonly arrange?: (hub: TestHub, device: Enrolled) => Promise<unknown>
}

const OPENSSL = 'openssl s_client -connect localhost:MQTTS -verify_return_error -CAfile'
const OURS = '--cafile certs/ca-cert.pem --cert device-cert.pem --key device-key.pem -t x -m y'
const CURL = 'curl -sS -m 10'

/** The four cases of the guide that this one replaces, and what else goes wrong between a client and the hub. */
const TROUBLES: readonly Trouble[] = [
  {
    name: 'certificate verify failed: the client trusts another CA',
    line: `${OPENSSL} other-ca.pem </dev/null`,
    says: 'certificate verify failed',
    cause: 'server_certificate_rejected',
    presented: { error: expect.stringContaining('unknown ca') },
    expected: 'a client that trusts CN=Signet Root CA',
  },
  {
    name: 'certificate verify failed: the clock of the client is years ahead',
    line: `${OPENSSL} certs/ca-cert.pem -attime 4000000000 </dev/null`,
    says: 'certificate has expired',
    cause: 'client_clock_wrong',
    expected: 'a clock between ',
  },
  {
    name: 'certificate verify failed: the clock of the client stands at its beginning',
    line: `${OPENSSL} certs/ca-cert.pem -attime 100000 </dev/null`,
    says: 'certificate is not yet valid',
    cause: 'server_name_wrong',
  },
  {
    name: 'certificate verify failed: a name that the certificate does not hold',
    line: `${OPENSSL} certs/ca-cert.pem -verify_hostname hub.example.com </dev/null`,
    says: 'certificate verify failed',
    cause: 'server_name_wrong',
    expected: 'DNS:localhost',
  },
  {
    name: 'handshake failure: no cipher suite is shared',
    line: `${OPENSSL} certs/ca-cert.pem -tls1_2 -cipher AES128-SHA@SECLEVEL=0 </dev/null`,
    says: 'alert handshake failure',
    cause: 'cipher_not_shared',
  },
  {
    name: 'handshake failure: only TLS 1.1',
    line: `${OPENSSL} certs/ca-cert.pem -tls1_1 -cipher DEFAULT@SECLEVEL=0 </dev/null`,
    says: 'alert protocol version',
    cause: 'tls_version_unsupported',
    expected: 'TLS 1.2 or TLS 1.3',
  },
  {
    name: 'handshake failure: an ALPN protocol that is not spoken on the port',
    line: 'openssl s_client -connect localhost:HTTPS -alpn mqtt </dev/null',
    says: 'alert no application protocol',
    cause: 'alpn_unknown',
    surface: 'https',
  },
  {
    name: 'peer verification failed: the certificate of the client is of another CA',
    line: 'mosquitto_pub -h localhost -p MQTTS --cafile certs/ca-cert.pem --cert else-cert.pem --key else-key.pem -t x -m y',
    says: 'Connection Refused: not authorised',
    cause: 'issuer_unknown',
    presented: { subject: 'CN=device-001', issuer: 'CN=Somebody Else' },
    expected: 'a certificate issued by CN=Signet Root CA',
    arrange: async (hub) =>
      saveCredentials(
        hub.folder,
        'else',
        await (await createForeignCa('CN=Somebody Else')).make({ commonNames: ['device-001'] }),
      ),
  },
  {
    name: 'cannot connect: the certificate was revoked',
    line: `mosquitto_pub -h localhost -p MQTTS ${OURS}`,
    says: 'Connection Refused: not authorised',
    cause: 'certificate_revoked',
    presented: { identity: 'device:device-001' },
    arrange: (hub) => hub.api('DELETE', '/api/devices/certificates/device-001'),
  },
  {
    name: 'cannot connect: the registry does not hold the certificate',
    line: 'mosquitto_pub -h localhost -p MQTTS --cafile certs/ca-cert.pem --cert new-cert.pem --key new-key.pem -t x -m y',
    says: 'Connection Refused: not authorised',
    cause: 'certificate_unknown',
    arrange: async (hub) =>
      saveCredentials(hub.folder, 'new', await (await openHubCa(hub)).make({ commonNames: ['device-001'] })),
  },
  {
    name: 'cannot connect: an administrator has banned the device',
    line: `mosquitto_pub -h localhost -p MQTTS ${OURS}`,
    says: 'Connection Refused: not authorised',
    cause: 'banned',
    presented: { identity: 'device:device-001' },
    expected: 'no CONNECT before ',
    async arrange(hub, device) {
      await hub.connect(device, { clientId: 'device-001' })
      return hub.api('DELETE', '/api/sessions/device-001?ban=5m')
    },
  },
  {
    name: 'cannot connect: the address holds as many connections as it may',
    line: 'openssl s_client -connect 127.0.0.1:MQTTS -bind 127.0.0.2:0 </dev/null',
    says: 'errno=104',
    cause: 'address_over_limit',
    expected: 'at most 2 by limits.connections_per_address',
    async arrange(hub) {
      await hub.reload({ limits: { connections_per_address: 2 } })
      for (const localAddress of ['127.0.0.2', '127.0.0.2']) {
        const held = connect({ host: '127.0.0.1', port: hub.hub.mqttPort, localAddress })
        held.on('error', () => undefined)
        await once(held, 'connect')
      }
    },
  },
  {
    name: 'mosquitto_pub connects to a name that the certificate does not hold',
    line: `mosquitto_pub -h 127.0.0.2 -p MQTTS ${OURS}`,
    says: 'A TLS error occurred',
    cause: 'server_name_wrong',
  },
  {
    name: 'mosquitto_pub speaks without TLS to the port of TLS',
    line: 'mosquitto_pub -h localhost -p MQTTS -t x -m y',
    says: 'The connection was lost',
    cause: 'tls_missing',
  },
  {
    name: 'mosquitto_pub speaks MQTT to the port of the API',
    line: `mosquitto_pub -h localhost -p HTTPS ${OURS}`,
    says: 'A network protocol error occurred',
    cause: 'mqtt_on_https_port',
    surface: 'https',
  },
  {
    name: 'mosquitto_pub speaks MQTT without TLS to the port of the API',
    line: 'mosquitto_pub -h localhost -p HTTPS -t x -m y',
    says: 'A network protocol error occurred',
    cause: 'mqtt_on_https_port',
    surface: 'http',
  },
  {
    name: 'mosquitto_pub uses the client id of nobody',
    line: `mosquitto_pub -h localhost -p MQTTS ${OURS} -i somebody`,
    says: 'Connection Refused: identifier rejected',
    cause: 'client_id_wrong',
    presented: { identity: 'device:device-001', clientId: 'somebody', subject: 'CN=device-001' },
    expected: 'client id device-001 or device-001:<suffix>',
  },
  {
    name: 'mosquitto_pub speaks MQTT 5',
    line: `mosquitto_pub -h localhost -p MQTTS ${OURS} -V mqttv5`,
    says: 'Unsupported Protocol Version',
    cause: 'protocol_version_unsupported',
    expected: 'MQTT 3.1.1',
  },
  {
    name: 'curl speaks HTTP to the port of MQTT',
    line: `${CURL} http://localhost:MQTTS/`,
    says: 'Empty reply from server',
    cause: 'http_without_tls',
  },
  {
    name: 'curl speaks HTTPS to the port of MQTT, and offers HTTP by ALPN',
    line: `${CURL} --cacert certs/ca-cert.pem https://localhost:MQTTS/`,
    says: 'alert no application protocol',
    cause: 'alpn_unknown',
  },
  {
    name: 'curl speaks HTTPS to the port of MQTT, without ALPN',
    line: `${CURL} --no-alpn --cacert certs/ca-cert.pem https://localhost:MQTTS/`,
    says: 'Connection reset by peer',
    cause: 'http_on_mqtt_port',
  },
  {
    name: 'curl does not trust the CA',
    line: `${CURL} https://localhost:HTTPS/livez`,
    says: 'SSL certificate problem',
    cause: 'server_certificate_rejected',
    surface: 'https',
  },
  {
    name: 'curl has no token',
    line: `${CURL} -f --cacert certs/ca-cert.pem https://localhost:HTTPS/api/devices`,
    says: 'The requested URL returned error: 401',
    cause: 'token_missing',
    surface: 'https',
  },
]

describe('each trouble leads to the sentence that mends it:', () => {
  test.for(TROUBLES)('$name', async (trouble, context) => {
    const { line, says, cause, surface = 'mqtts', presented, expected = '', arrange } = trouble
    needPrograms(context, line.split(' ')[0] ?? '')
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    await saveCredentials(hub.folder, 'device', device)
    await writeFile(join(hub.folder, 'other-ca.pem'), (await createForeignCa('CN=Somebody Else')).pem)
    await arrange?.(hub, device)
    const refused = new Promise<void>((resolve) => hub.hub.events.subscribe('connection.refused', () => resolve()))
    const { stdout, stderr } = await runProgram(
      line.replace('MQTTS', String(hub.hub.mqttPort)).replace('HTTPS', String(hub.hub.apiPort)),
      { cwd: hub.folder },
    )
    expect(`${stdout}${stderr}`).toContain(says)
    await refused
    const [refusal, ...others] = await hub.refusals()
    expect(others).toEqual([])
    expect(refusal).toMatchObject({
      cause,
      surface,
      mend: REFUSAL_MENDS[cause],
      address: expect.stringMatching(/^(?:127\.0\.0\.[12]|::1)$/),
      count: 1,
      ...(presented ? { presented } : {}),
      expected: expect.stringContaining(expected),
    })
    expect(GUIDE.split('\n').find((row) => row.includes(says) && row.includes(`\`${cause}\``))).toBeDefined()
  })
})

describe('MQTT.js finds a wrong name on its own', () => {
  const says = "Hostname/IP does not match certificate's altnames"
  const wrong = { host: '127.0.0.2', servername: 'hub.example.com' }

  test('in the middle of a handshake of TLS 1.3, and is told so', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const refused = new Promise<void>((resolve) => hub.hub.events.subscribe('connection.refused', () => resolve()))
    await expect(hub.connect(device, wrong)).rejects.toThrow(says)
    await refused
    expect(await hub.refusals()).toMatchObject([
      { cause: 'handshake_abandoned', address: '127.0.0.1', expected: expect.stringContaining('DNS:localhost') },
    ])
    expect(GUIDE.split('\n').find((row) => row.includes(says))).toContain('`handshake_abandoned`')
  })

  test('behind a handshake of TLS 1.2, and the diary tells that it left', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const left = new Promise<void>((resolve) => hub.hub.events.subscribe('device.left', () => resolve()))
    await expect(hub.connect(device, { ...wrong, ...{ maxVersion: 'TLSv1.2' } })).rejects.toThrow(says)
    await left
    const { items } = (await hub.api('GET', '/api/devices/device-001/diary')).json()
    expect(items[0]).toMatchObject({ event: 'left', reason: expect.stringContaining('name') })
  })
})

test('every cause that the guide names is one, with its mend', () => {
  const named = [...GUIDE.matchAll(/`([a-z]+(?:_[a-z0-9]+)+)`/g)].flatMap(([, name = '']) => name)
  const causes = named.filter((name) => name in REFUSAL_MENDS)
  expect(new Set(causes).size).toBeGreaterThan(20)
  const settings = new Set(['cacert_pem', 'server_names'])
  expect(named.filter((name) => !(name in REFUSAL_MENDS) && !settings.has(name))).toEqual([])
})
