import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { atHub, saveCredentials } from '../support/mosquitto.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { readShown } from '../support/shown-certificate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'
import { createWebPki, saveServerFiles } from '../support/web-pki.ts'

for (const { name, key } of [
  { name: 'EC', key: ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'] },
  { name: 'RSA', key: ['genrsa', '-traditional', '2048'] },
]) {
  test(`curl and openssl verify an ${name} certificate of another CA, with the chain behind it`, async (context) => {
    needPrograms(context, 'openssl', 'curl')
    await using folder = await temporaryFolder()
    const web = await createWebPki(folder.path)
    const { cert, key: privateKey } = await web.issue({ key })
    const ssl = await saveServerFiles(folder.path, { cert: cert + web.issuing, key: privateKey })
    await writeFile(join(folder.path, 'root.pem'), web.root)
    await using hub = await startTestHub({ settings: { ssl } })
    const at = `localhost:${hub.hub.apiPort}`
    const asked = await runProgram(`curl -sS --cacert root.pem https://${at}/livez`, { cwd: folder.path })
    expect(asked).toMatchObject({ code: 0, stdout: '{"status":"ok"}' })
    const shaken = await runProgram(
      `sh -c 'openssl s_client -connect ${at} -servername localhost -CAfile root.pem -verify_return_error -showcerts </dev/null'`,
      { cwd: folder.path },
    )
    expect(shaken.stdout).toContain('Verify return code: 0 (ok)')
    expect(shaken.stdout.split('BEGIN CERTIFICATE')).toHaveLength(3)
  })
}

test('a certificate from the old recipe serves whoever pins it', async (context) => {
  needPrograms(context, 'openssl', 'curl')
  await using folder = await temporaryFolder()
  const web = await createWebPki(folder.path)
  const files = ['-keyout', 'privkey.pem', '-out', 'fullchain.pem']
  await web.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365', '-subj', '/CN=localhost', ...files)
  const ssl = { cert_file: join(folder.path, 'fullchain.pem'), key_file: join(folder.path, 'privkey.pem') }
  await using hub = await startTestHub({ settings: { ssl } })
  const warnings = hub.log.lines.filter(({ msg }) => msg === 'Certificate is odd').map(({ warning }) => String(warning))
  expect(warnings.some((warning) => warning.includes('subjectAltName'))).toBe(true)
  const line = `curl -sS --cacert fullchain.pem https://localhost:${hub.hub.apiPort}/livez`
  expect(await runProgram(line, { cwd: folder.path })).toMatchObject({ code: 0 })
})

test("mosquitto_sub stays connected through a renewal of the hub's certificate, and the next one trusts it", async (context) => {
  needPrograms(context, 'mosquitto_sub', 'mosquitto_pub', 'stdbuf')
  await using hub = await startTestHub()
  const credentials = await saveCredentials(hub.folder, 'pump', await hub.enrol('pump'))
  const topic = 'users/default/devices/pump/a'
  const flags = `${atHub(hub)} ${credentials} -t ${topic}`
  await using subscriber = startProgram(`stdbuf -oL mosquitto_sub -d -i pump ${flags}`, { cwd: hub.folder })
  await subscriber.line(/received SUBACK/)
  const before = (await readShown(hub.hub.mqttPort)).fingerprint256
  await hub.api('POST', '/api/server-certificates/renew')
  expect((await readShown(hub.hub.mqttPort)).fingerprint256).not.toBe(before)
  const published = await runProgram(`mosquitto_pub -i pump:2 ${flags} -m after-the-swap`, { cwd: hub.folder })
  expect(published).toMatchObject({ code: 0, stderr: '' })
  await subscriber.line(/^after-the-swap$/)
  expect(subscriber.output.match(/sending CONNECT/g)).toHaveLength(1)
})

test('mosquitto_sub stays connected through new files of mqtt.ssl', async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_sub', 'mosquitto_pub', 'stdbuf')
  await using folder = await temporaryFolder()
  const web = await createWebPki(folder.path)
  const renew = async () => {
    const { cert, key } = await web.issue()
    return { leaf: cert, files: await saveServerFiles(folder.path, { cert: cert + web.issuing, key }) }
  }
  const { files } = await renew()
  const ssl = { ...files, ca_file: join(folder.path, 'web-root-cert.pem') }
  await using hub = await startTestHub({ settings: { mqtt: { ssl } } })
  const issued = (await hub.api('POST', '/api/devices/certificates/pump')).json()
  await writeFile(join(hub.folder, 'anchor.pem'), issued.caCert)
  const credentials = await saveCredentials(hub.folder, 'pump', { cert: issued.clientCert, key: issued.clientKey })
  const topic = 'users/default/devices/pump/a'
  const flags = `--cafile anchor.pem -h localhost -p ${hub.hub.mqttPort} ${credentials} -t ${topic}`
  await using subscriber = startProgram(`stdbuf -oL mosquitto_sub -d -i pump ${flags}`, { cwd: hub.folder })
  await subscriber.line(/received SUBACK/)
  const { leaf } = await renew()
  await hub.hub.reload()
  expect((await readShown(hub.hub.mqttPort)).fingerprint256).toBe(new X509Certificate(leaf).fingerprint256)
  const published = await runProgram(`mosquitto_pub -i pump:2 ${flags} -m after-the-swap`, { cwd: hub.folder })
  expect(published).toMatchObject({ code: 0, stderr: '' })
  await subscriber.line(/^after-the-swap$/)
  expect(subscriber.output.match(/sending CONNECT/g)).toHaveLength(1)
})
