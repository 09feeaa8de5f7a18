import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { describe, expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { type CertificateMaker, createForeignCa } from '../support/certificate-maker.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

async function trust(hub: TestHub, { pem }: CertificateMaker, wishes: object): Promise<string> {
  const answer = await hub.api('POST', '/api/ca/trust-anchors', { body: { certificate: pem, ...wishes } })
  expect(answer.status).toBe(201)
  return answer.json().fingerprint
}

function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

const CA = 'CN=Works CA,O=Works'

describe('devices of a CA of others', () => {
  test('are registered by themselves, under the user who is named, and cut when it is trusted no more', async () => {
    await using hub = await startTestHub()
    const works = await createForeignCa(CA)
    const pump = await works.make({ commonNames: ['pump'] })
    await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow('Not authorized')
    const fingerprint = await trust(hub, works, { registration: 'automatic', owner: 'works' })
    const client = await hub.connect(pump, { clientId: 'pump' })
    expect((await hub.api('GET', '/api/devices/pump')).json()).toMatchObject({ userId: 'works' })

    // It renews the certificates of its devices by itself.
    const renewed = await works.make({ commonNames: ['pump'] })
    const replaced = closed(client)
    const again = await hub.connect(renewed, { clientId: 'pump' })
    await replaced
    const self = await hub.api('POST', '/api/devices/self/certificate/renew', {
      credentials: renewed,
      token: null,
      body: {},
    })
    expect(self.json()).toMatchObject({ status: 403, code: 'forbidden' })

    const cut = closed(again)
    expect((await hub.api('DELETE', `/api/ca/trust-anchors/${fingerprint}`)).status).toBe(204)
    await cut
    await expect(hub.connect(renewed, { clientId: 'pump' })).rejects.toThrow('Not authorized')
    expect((await hub.refusals())[0]).toMatchObject({ cause: 'issuer_unknown' })
  })

  test('wait for approval, or are let in only where they are registered', async () => {
    await using hub = await startTestHub()
    const works = await createForeignCa(CA)
    const fingerprint = await trust(hub, works, {})
    const [pump, fan] = [await works.make({ commonNames: ['pump'] }), await works.make({ commonNames: ['fan'] })]
    await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow('Not authorized')
    expect((await hub.refusals())[0]).toMatchObject({ cause: 'certificate_unknown' })
    const certificates = [{ pem: pump.cert }]
    await hub.api('POST', '/api/import/devices', { body: { devices: [{ deviceId: 'pump', certificates }] } })

    const changed = await hub.api('PATCH', `/api/ca/trust-anchors/${fingerprint}`, {
      body: { registration: 'pending' },
    })
    expect(changed.json()).toMatchObject({ registration: 'pending', owner: 'default' })
    await expect(hub.connect(fan, { clientId: 'fan' })).rejects.toThrow('Not authorized')
    const waiting = (await hub.api('GET', '/api/certificates?state=pending')).json().items
    expect(waiting).toMatchObject([{ subjectId: 'fan' }])
    await hub.api('POST', `/api/certificates/${waiting[0].fingerprint}/approve`)
    expect((await hub.connect(fan, { clientId: 'fan' })).connected).toBe(true)
  })

  test('never take the name of a device, a service or an administrator of the hub', async () => {
    await using hub = await startTestHub()
    const works = await createForeignCa(CA)
    await trust(hub, works, { registration: 'automatic' })
    await hub.enrol('pump')
    await hub.enrolService('backend', ['#'])
    const [pump, backend] = [
      await works.make({ commonNames: ['pump'] }),
      await works.make({ commonNames: ['backend'] }),
    ]
    await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow('Not authorized')
    expect((await hub.refusals())[0]).toMatchObject({ cause: 'name_taken', expected: 'a name other than pump' })
    await expect(hub.connect(backend, { clientId: 'backend' })).rejects.toThrow('Not authorized')
    expect((await hub.refusals())[0]).toMatchObject({ expected: 'a name other than backend' })
    await hub.reload({ api: { auth: 'mtls' } })
    const asAdministrator = await hub.api('GET', '/api/devices', { credentials: backend, token: null })
    expect(asAdministrator.status).toBe(401)
  })

  test('are none of ours because their CA bears the name of our CA', async () => {
    await using hub = await startTestHub({ settings: { ca: { unknown: 'auto' } } })
    const works = await createForeignCa(CA)
    await trust(hub, works, { registration: 'denied' })
    const forger = await createForeignCa(new X509Certificate(hub.ca).subject)
    const pump = await forger.make({ commonNames: ['pump'] })
    await expect(hub.connect(pump, { clientId: 'pump' })).rejects.toThrow('Not authorized')
    expect((await hub.api('GET', '/api/devices/pump')).status).toBe(404)
  })
})

test('a CA is trusted once under its name, and nothing else is taken for one', async () => {
  await using hub = await startTestHub()
  const works = await createForeignCa(CA)
  await trust(hub, works, {})
  const add = (certificate: string) => hub.api('POST', '/api/ca/trust-anchors', { body: { certificate } })
  expect((await add(works.pem)).json()).toMatchObject({ status: 409, code: 'authority_exists' })
  expect((await add((await createForeignCa(CA)).pem)).json()).toMatchObject({ code: 'authority_exists' })
  expect((await add(hub.ca)).json()).toMatchObject({ code: 'authority_exists' })
  const { cert } = await works.make({ commonNames: ['pump'] })
  expect((await add(cert)).json()).toMatchObject({ status: 400, code: 'authority_unfit' })
  expect((await add(`${works.pem}\n${hub.ca}`)).json()).toMatchObject({ code: 'authority_unfit' })
  expect((await add('hello')).json()).toMatchObject({ code: 'authority_unfit' })
  expect((await hub.api('DELETE', `/api/ca/trust-anchors/${'AB'.repeat(32)}`)).json()).toMatchObject({
    status: 404,
    code: 'authority_not_found',
  })
})

test('the command line trusts, lists and lets go', async () => {
  await using hub = await startTestHub()
  const works = await createForeignCa(CA)
  await writeFile(join(hub.folder, 'works.pem'), works.pem)
  const signet = (line: string) => run({ argv: ['ca', ...line.split(' ')], cwd: hub.folder })
  const trusted = await signet('trust works.pem --registration automatic --owner {O}')
  const fingerprint = /CA (\S+) is trusted; registration automatic/.exec(trusted.stdout)?.[1] ?? ''
  expect((await signet('trusted')).stdout).toMatch(new RegExp(`automatic +\\{O\\} .* ${fingerprint}`))
  expect(await signet(`distrust ${fingerprint}`)).toMatchObject({ code: 0 })
  expect(JSON.parse((await signet('trusted --json')).stdout)).toEqual([])
})
