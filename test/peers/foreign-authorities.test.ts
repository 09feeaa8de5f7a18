import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'
import { createWebPki } from '../support/web-pki.ts'

test('a device of a corporate PKI comes in by the CA that has signed it, and sends no more than itself or the whole chain', async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using folder = await temporaryFolder()
  await using hub = await startTestHub({ settings: { ca: { unknown: 'auto' } } })
  const works = await createWebPki(folder.path, 'Works')
  const answer = await hub.api('POST', '/api/ca/trust-anchors', {
    body: { certificate: works.issuing, registration: 'automatic', owner: 'works' },
  })
  expect(answer.status).toBe(201)
  const publish = async (id: string, chain = works.issuing) => {
    const { cert, key } = await works.issue({ subject: `/CN=${id}`, purpose: 'clientAuth' })
    await writeFile(join(hub.folder, 'cert.pem'), cert + chain)
    await writeFile(join(hub.folder, 'key.pem'), key, { mode: 0o600 })
    const line = `mosquitto_pub --cafile certs/ca-cert.pem -h localhost -p ${hub.hub.mqttPort} -i ${id} --cert cert.pem --key key.pem -q 1 -t users/works/devices/${id}/up -m 1`
    return runProgram(line, { cwd: hub.folder })
  }
  expect(await publish('pump')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'works' })
  expect(await publish('fan', '')).toEqual({ code: 0, stdout: '', stderr: '' })
  await hub.enrol('ours')
  expect((await publish('ours')).code).toBe(5)
  expect((await hub.refusals())[0]).toMatchObject({ cause: 'name_taken' })
})

test('by the root alone nobody is registered: which CA below it signs what is not ours to know', async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using folder = await temporaryFolder()
  await using hub = await startTestHub()
  const works = await createWebPki(folder.path, 'Works')
  await hub.api('POST', '/api/ca/trust-anchors', { body: { certificate: works.root, registration: 'automatic' } })
  const { cert, key } = await works.issue({ subject: '/CN=pump', purpose: 'clientAuth' })
  await writeFile(join(hub.folder, 'cert.pem'), cert + works.issuing)
  await writeFile(join(hub.folder, 'key.pem'), key, { mode: 0o600 })
  const line = `mosquitto_pub --cafile certs/ca-cert.pem -h localhost -p ${hub.hub.mqttPort} -i pump --cert cert.pem --key key.pem -t users/default/devices/pump/up -m 1`
  expect((await runProgram(line, { cwd: hub.folder })).code).toBe(5)
  expect((await hub.refusals())[0]).toMatchObject({ cause: 'certificate_unknown' })
})
