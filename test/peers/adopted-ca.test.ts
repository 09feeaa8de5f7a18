import { createPrivateKey } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createForeignCa, createForeignKey, openssl } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { linkProgram, runSignet } from '../support/hub-process.ts'
import { atHub } from '../support/mosquitto.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

interface Foreign {
  readonly name: string
  /** The arguments of openssl that make the CA's key. */
  readonly key: readonly string[]
  readonly armour: string
  readonly keyType: string
}

const FOREIGN: readonly Foreign[] = [
  {
    name: 'RSA in PKCS#1',
    key: ['genrsa', '-traditional', '2048'],
    armour: 'BEGIN RSA PRIVATE KEY',
    keyType: 'rsa',
  },
  {
    name: 'RSA in PKCS#8',
    key: ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
    armour: 'BEGIN PRIVATE KEY',
    keyType: 'rsa',
  },
  {
    name: 'EC in SEC1',
    key: ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'],
    armour: 'BEGIN EC PRIVATE KEY',
    keyType: 'ec',
  },
  {
    name: 'EC in PKCS#8',
    key: ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    armour: 'BEGIN PRIVATE KEY',
    keyType: 'ec',
  },
]

const ADOPTED = "a folder like the reference's, its CA $name, is adopted as it is"

test.for(FOREIGN)(ADOPTED, async (foreign, context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using folder = await temporaryFolder()
  await linkProgram(folder.path)
  const certs = join(folder.path, 'certs')
  await createReferenceFolder(certs, foreign.key)
  const before = await readCa(certs)
  expect(before[0]).toContain(foreign.armour)
  await using hub = await startTestHub({ folder: folder.path })

  const added = await runSignet(folder.path, 'device add device-001 --user test-user')
  expect(added).toMatchObject({ code: 0, stderr: '' })
  const key = createPrivateKey(await readFile(join(certs, 'devices/device-001-key.pem')))
  expect(key.asymmetricKeyType).toBe(foreign.keyType)
  for (const leaf of ['devices/device-001-cert.pem', 'server-cert.pem']) {
    expect(await openssl(certs, 'verify', '-x509_strict', '-CAfile', 'ca-cert.pem', leaf)).toBe(`${leaf}: OK\n`)
  }

  // What was enrolled before finds the server under the names it knows.
  expect(hub.hub.serverNames).toContain('mqtt.example.com')
  const device = '--cert certs/devices/device-001-cert.pem --key certs/devices/device-001-key.pem'
  const line = `mosquitto_pub ${atHub(hub)} ${device} -q 1 -t users/test-user/devices/device-001/telemetry -m 1`
  expect(await runProgram(line, { cwd: folder.path })).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await hub.refusals()).toEqual([])

  expect(await readCa(certs)).toEqual(before)
})

test('an adopted CA whose constraints leave no room for devices keeps the hub running, with a warning', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  const certs = join(folder.path, 'certs')
  await mkdir(certs)
  const extensions = [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign',
    'nameConstraints=critical,permitted;URI:.works.example',
  ]
  await createForeignCa(certs, { key: ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'], extensions })
  await using hub = await startTestHub({ folder: folder.path })
  expect(hub.log.lines).toContainEqual(
    expect.objectContaining({ component: 'ca', fault: expect.stringContaining('signs nothing for a device') }),
  )
  const warnings = async () => {
    const { checks } = (await hub.api('GET', '/readyz')).json()
    return checks.flatMap(({ name, warning }: { name: string; warning?: string }) => (warning ? [name] : []))
  }
  expect(await warnings()).toEqual(['ca_certificate', 'revocation_list'])
  const { checks } = (await hub.api('GET', '/api/diagnostics/hub')).json()
  expect(checks).toContainEqual(expect.objectContaining({ name: 'ca_certificate', status: 'warning' }))
  expect((await hub.api('POST', '/api/ca/rotation')).status).toBe(201)
  expect(await warnings()).toEqual([])
})

/** The files that the reference's scripts leave: a CA, a server certificate with its names, a copy of the CA for devices. */
async function createReferenceFolder(certs: string, key: readonly string[]): Promise<void> {
  await mkdir(join(certs, 'devices'), { recursive: true })
  await createForeignCa(certs, { key })
  await copyFile(join(certs, 'ca-cert.pem'), join(certs, 'devices/ca-cert.pem'))
  await createForeignKey(certs, ['genrsa', '2048'], 'server-key.pem')
  const request = ['-new', '-config', 'req.cnf', '-key', 'server-key.pem', '-subj', '/CN=localhost']
  await openssl(certs, 'req', ...request, '-out', 'server.csr')
  await writeFile(join(certs, 'server.ext'), 'subjectAltName=DNS:localhost,DNS:mqtt.example.com,IP:127.0.0.1\n')
  const signing = ['-CA', 'ca-cert.pem', '-CAkey', 'ca-key.pem', '-set_serial', '2', '-extfile', 'server.ext']
  await openssl(certs, 'x509', '-req', '-in', 'server.csr', '-days', '365', ...signing, '-out', 'server-cert.pem')
}

function readCa(certs: string): Promise<readonly string[]> {
  return Promise.all(
    ['ca-key.pem', 'ca-cert.pem', 'devices/ca-cert.pem'].map((name) => readFile(join(certs, name), 'utf8')),
  )
}
