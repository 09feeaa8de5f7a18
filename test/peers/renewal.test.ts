import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createForeignCa } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000
const RENEW = '/api/devices/self/certificate/renew'

// Dates of its own choice: only `openssl ca` of OpenSSL 3.0 sets them.
const CA_CONFIGURATION = `[ca]
default_ca = own
[own]
database = issued.txt
unique_subject = no
new_certs_dir = .
serial = serial.txt
default_md = sha256
policy = names
[names]
commonName = supplied
`

async function curl(hub: TestHub, flags: string, path: string) {
  const url = `https://localhost:${hub.hub.apiPort}${path}`
  const line = `curl -sS -X POST -w '\\n%{http_code}' --cacert certs/ca-cert.pem ${flags} ${url}`
  const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
  const [body = '', status] = stdout.split('\n')
  if (body === '') throw new Error(stderr)
  return { status: Number(status), ...JSON.parse(body) }
}

async function openssl(hub: TestHub, line: string): Promise<void> {
  const { code, stderr } = await runProgram(`openssl ${line}`, { cwd: hub.folder })
  if (code !== 0) throw new Error(stderr)
}

test('openssl makes the key, curl brings the request, as PEM and as DER; the device renews with curl', async (context) => {
  needPrograms(context, 'openssl', 'curl')
  await using hub = await startTestHub()
  const pkcs10 = "-H 'Content-Type: application/pkcs10' --data-binary"
  await openssl(
    hub,
    'req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -noenc -keyout p-key.pem -subj /CN=x -out p.csr',
  )
  const bearer = `-H 'Authorization: Bearer ${hub.adminToken}'`
  const issued = await curl(hub, `${bearer} ${pkcs10} @p.csr`, '/api/devices/pump/certificates/csr')
  expect(issued).toMatchObject({ status: 201, deviceId: 'pump' })
  const key = await readFile(join(hub.folder, 'p-key.pem'), 'utf8')
  const shown = await saveCredentials(hub.folder, 'pump', { cert: issued.clientCert, key })
  expect(await curl(hub, shown, RENEW)).toMatchObject({ status: 409, code: 'renewal_too_early' })
  hub.clock.advance(300 * DAY_MS)
  await openssl(hub, 'req -new -newkey rsa:2048 -noenc -keyout n-key.pem -subj /CN=x -outform DER -out n.csr')
  const renewed = await curl(hub, `${shown} ${pkcs10} @n.csr`, RENEW)
  expect(renewed).toMatchObject({ status: 201, deviceId: 'pump' })
  expect(renewed.clientKey).toBeUndefined()
  expect(new X509Certificate(renewed.clientCert).publicKey.asymmetricKeyType).toBe('rsa')
  expect(await curl(hub, shown, RENEW)).toMatchObject({
    status: 201,
    clientKey: expect.stringContaining('PRIVATE KEY'),
  })
})

test('with an adopted CA: an expired certificate of its own renews, an expired forgery of its name does not', async (context) => {
  needPrograms(context, 'openssl', 'curl')
  await using folder = await temporaryFolder()
  const certs = join(folder.path, 'certs')
  await mkdir(certs)
  const key = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
  await createForeignCa(certs, { key })
  await using hub = await startTestHub({ folder: folder.path, settings: { ca: { renew_after_expiry: 30 } } })
  const yesterday = new Date(Date.now() - DAY_MS).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  const dates = `-startdate 20250101000000Z -enddate ${yesterday}`
  await writeFile(join(folder.path, 'ca.cnf'), CA_CONFIGURATION)
  await writeFile(join(folder.path, 'issued.txt'), '')
  await writeFile(join(folder.path, 'serial.txt'), '4001\n')
  const sign = async (name: string, ca: string): Promise<string> => {
    await openssl(
      hub,
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ${name}-key.pem -subj /CN=pump -out ${name}.csr`,
    )
    const issuer = `-cert ${ca}/ca-cert.pem -keyfile ${ca}/ca-key.pem`
    await openssl(hub, `ca -batch -notext -config ca.cnf -in ${name}.csr -out ${name}-cert.pem ${issuer} ${dates}`)
    return readFile(join(hub.folder, `${name}-cert.pem`), 'utf8')
  }
  const forgers = join(folder.path, 'forger')
  await mkdir(forgers)
  await createForeignCa(forgers, { key })
  await hub.enrol('pump')
  hub.register(await sign('true', 'certs'), 'pump')
  hub.register(await sign('forged', 'forger'), 'pump')
  const flags = (name: string): string => `--cert ${name}-cert.pem --key ${name}-key.pem`
  expect(await curl(hub, flags('forged'), RENEW)).toMatchObject({ status: 401 })
  expect(await curl(hub, flags('true'), RENEW)).toMatchObject({ status: 201, deviceId: 'pump' })
  expect(await hub.refusals()).toMatchObject([{ surface: 'https', cause: 'certificate_signature_invalid' }])
})

test('mosquitto brings requests of openssl over MQTT, as PEM, in JSON and as DER; the new certificate connects', async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_rr', 'mosquitto_pub', 'mosquitto_sub', 'stdbuf')
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  const shown = `${atHub(hub)} ${await saveCredentials(hub.folder, 'pump', pump)} -q 1`
  const own = 'users/default/devices/pump/certificate'
  // Its version 2.0.11 sends nothing of a file.
  const ask = async (payload: string) => {
    const line = `mosquitto_rr -V mqttv311 -W 10 ${shown} -i pump -t ${own}/request -e ${own}/response -m "${payload}"`
    const { stdout, stderr } = await runProgram(line, { cwd: hub.folder })
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout)
  }
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=x'
  await openssl(hub, `req -new ${key} -keyout n-key.pem -out n.csr`)
  expect(await ask('$(cat n.csr)')).toMatchObject({ error: { code: 'renewal_too_early' } })
  hub.clock.advance(300 * DAY_MS)
  expect(await ask('$(cat n.csr)')).toMatchObject({ caCert: hub.ca, fingerprint: expect.any(String) })
  const csr = await readFile(join(hub.folder, 'n.csr'), 'utf8')
  await writeFile(join(hub.folder, 'n.json'), JSON.stringify({ id: 7, csr }))
  expect(await ask('$(cat n.json)')).toMatchObject({ id: 7, fingerprint: expect.any(String) })

  await openssl(hub, 'req -in n.csr -outform DER -out n.der')
  // Into a pipe, mosquitto_sub writes when its buffer is full.
  const subscriber = `stdbuf -oL mosquitto_sub -d -C 1 -W 10 ${shown} -i pump:answer -t ${own}/response`
  await using answer = startProgram(subscriber, { cwd: hub.folder })
  await answer.line(/received SUBACK/)
  expect(
    await runProgram(`mosquitto_pub ${shown} -i pump -t ${own}/request -f n.der`, { cwd: hub.folder }),
  ).toMatchObject({ code: 0 })
  const { clientCert, fingerprint } = JSON.parse(await answer.line(/^\{"/))
  expect(fingerprint).toBe(new X509Certificate(clientCert).fingerprint256)
  await writeFile(join(hub.folder, 'n-cert.pem'), clientCert)
  const renewed = `${atHub(hub)} --cert n-cert.pem --key n-key.pem -i pump -q 1`
  const line = `mosquitto_pub ${renewed} -t users/default/devices/pump/a -m x`
  expect(await runProgram(line, { cwd: hub.folder })).toMatchObject({ code: 0 })
  expect((await hub.api('POST', `/api/devices/certificates/validate/${pump.fingerprint}`)).json()).toMatchObject({
    valid: false,
    reason: 'certificate_superseded',
  })
})
