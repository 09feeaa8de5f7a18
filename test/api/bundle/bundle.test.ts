import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createBundle } from '../../../src/api/bundle/bundle.ts'
import { needPrograms } from '../../support/foreign-program.ts'
import { runProgram } from '../../support/program.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { FINGERPRINT } from '../registry-double.ts'

const NOW = new Date('2026-03-01T12:00:00.000Z')
const ISSUED = {
  certificate: {
    id: '1',
    kind: 'device',
    subjectId: 'dev:1@site',
    fingerprint: FINGERPRINT,
    serialNumber: '01',
    notBefore: NOW,
    notAfter: new Date('2027-03-01T12:00:00.000Z'),
    pem: 'CERTIFICATE PEM\n',
    createdAt: NOW,
    firstSeenAt: undefined,
    retiresAt: undefined,
    revokedAt: undefined,
    revocationReason: undefined,
  },
  privateKeyPem: 'PRIVATE KEY PEM\n',
  caCertificatePem: 'CA PEM\n',
} as const
const ACCESS = { deviceId: 'dev:1@site', userId: 'ann@example.com', host: 'hub.example.com', port: 8884 }
const FOLDER = 'dev_1_site'

const bundle = createBundle(ISSUED, ACCESS)
const texts = Object.fromEntries(
  Object.entries(unzipSync(bundle.octets)).map(([name, octets]) => [name.slice(FOLDER.length + 1), strFromU8(octets)]),
)
const read = (name: string): string => texts[name] ?? ''

describe('the archive of a device', () => {
  test('is one folder, in an order that does not change, its names good on every system', () => {
    expect(bundle).toMatchObject({ name: 'dev_1_site.zip', type: 'application/zip' })
    expect(Object.keys(unzipSync(bundle.octets))).toEqual(
      [
        'README.md',
        'README.ru.md',
        'ca-cert.pem',
        'device-cert.pem',
        'device-key.pem',
        'mosquitto.sh',
        'client.mjs',
        'client.py',
        'node-red.json',
        'home-assistant.yaml',
        'arduino/arduino.ino',
        'esp-idf/CMakeLists.txt',
        'esp-idf/main/CMakeLists.txt',
        'esp-idf/main/idf_component.yml',
        'esp-idf/main/main.c',
      ].map((name) => `${FOLDER}/${name}`),
    )
    expect(Buffer.from(createBundle(ISSUED, ACCESS).octets).equals(bundle.octets)).toBe(true)
  })

  test('is unpacked by unzip with a key that nobody else may read', async (context) => {
    needPrograms(context, 'unzip')
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, bundle.name), bundle.octets)
    expect(await runProgram(`unzip -tq ${bundle.name}`, { cwd: folder.path })).toMatchObject({ code: 0 })
    const { stdout } = await runProgram(`unzip -Z -l ${bundle.name}`, { cwd: folder.path })
    expect(stdout).toMatch(/^-rw------- .* unx .* 26-Mar-01 \d\d:\d\d dev_1_site\/device-key\.pem$/m)
    expect(stdout).toMatch(/^-rwxr-xr-x .* dev_1_site\/mosquitto\.sh$/m)
    expect(stdout).toMatch(/^-rw-r--r-- .* dev_1_site\/ca-cert\.pem$/m)
  })

  test('is no stranger to Python', async (context) => {
    needPrograms(context, 'python3')
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, bundle.name), bundle.octets)
    const program = `import zipfile; z = zipfile.ZipFile("${bundle.name}"); print(z.testzip(), oct(z.getinfo("${FOLDER}/device-key.pem").external_attr >> 16))`
    const { stdout } = await runProgram(`python3 -c '${program}'`, { cwd: folder.path })
    expect(stdout).toBe('None 0o100600\n')
  })

  test('holds the key once', () => {
    expect(Object.values(texts).join('').split(ISSUED.privateKeyPem)).toHaveLength(2)
    expect([read('ca-cert.pem'), read('device-cert.pem'), read('device-key.pem')]).toEqual([
      ISSUED.caCertificatePem,
      ISSUED.certificate.pem,
      ISSUED.privateKeyPem,
    ])
  })

  for (const name of [
    'README.md',
    'README.ru.md',
    'mosquitto.sh',
    'client.mjs',
    'client.py',
    'arduino/arduino.ino',
    'esp-idf/main/main.c',
  ]) {
    test(`${name} says where to connect, and as whom`, () => {
      for (const fact of [
        ACCESS.host,
        String(ACCESS.port),
        ACCESS.deviceId,
        'users/ann@example.com/devices/dev:1@site',
      ]) {
        expect(read(name)).toContain(fact)
      }
    })
  }

  test('both READMEs say the same: each file, and when the certificate ends', () => {
    for (const name of ['README.md', 'README.ru.md']) {
      expect(read(name)).toContain('2027-03-01')
      for (const file of Object.keys(texts).filter((path) => /^[a-z]/.test(path) && !path.startsWith('esp-idf/'))) {
        expect(read(name), `${name} lacks ${file}`).toContain(file)
      }
    }
    const codes = (name: string) => [...read(name).matchAll(/`([^`]+)`/g)].map(([, code]) => code).toSorted()
    expect(codes('README.ru.md')).toEqual(codes('README.md'))
  })

  test('the flow of Node-RED is one, wired to a broker that verifies the hub', () => {
    const nodes: readonly Record<string, unknown>[] = JSON.parse(read('node-red.json'))
    const ids = nodes.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { wires } of nodes) for (const wire of [wires ?? []].flat(2)) expect(ids).toContain(wire)
    expect(nodes.find(({ type }) => type === 'mqtt-broker')).toMatchObject({
      broker: ACCESS.host,
      port: String(ACCESS.port),
      clientid: ACCESS.deviceId,
      usetls: true,
      tls: 'signet-tls',
    })
    expect(nodes.find(({ type }) => type === 'tls-config')).toMatchObject({
      key: `/data/${FOLDER}/device-key.pem`,
      verifyservercert: true,
    })
  })

  test('the YAML for Home Assistant, and for the components of ESP-IDF, is YAML', () => {
    expect(parse(read('home-assistant.yaml'))).toMatchObject({
      mqtt: { sensor: [{ state_topic: 'users/ann@example.com/devices/dev:1@site/telemetry' }] },
    })
    expect(parse(read('esp-idf/main/idf_component.yml'))).toHaveProperty('dependencies.protocol_examples_common.path')
  })

  test('ESP-IDF embeds the files under the names that its program reads', () => {
    const embedded = [...read('esp-idf/main/CMakeLists.txt').matchAll(/"\.\.\/\.\.\/([\w.-]+)"/g)].map(
      ([, name = '']) => name,
    )
    expect(embedded).toEqual(['ca-cert.pem', 'device-cert.pem', 'device-key.pem'])
    for (const name of embedded) {
      expect(read('esp-idf/main/main.c')).toContain(`_binary_${name.replaceAll(/\W/g, '_')}_start`)
    }
  })
})
