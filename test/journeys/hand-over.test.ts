import { once } from 'node:events'
import { connect, createSecureContext } from 'node:tls'
import { strFromU8, unzipSync } from 'fflate'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postForFile } from '../support/handed-file.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

const PASSWORD = 'correct horse'

function connectByFile(pfx: Buffer, clientId: string): Promise<MqttClient> {
  const options = { pfx, passphrase: PASSWORD, clientId }
  return hub.connect({}, options)
}

async function makeClaim(
  deviceId: string,
  request: object = {},
): Promise<{ readonly secret: string; readonly link: string }> {
  const { link } = (await hub.api('POST', `/api/devices/${deviceId}/claims`, { body: request })).json()
  return { link, secret: new URL(link).hash.slice(1) }
}

describe('a key store', () => {
  for (const { name, path, body } of [
    { name: 'a device', path: '/api/devices/in-one-file/certificates/p12', body: {} },
    { name: 'an administrator', path: '/api/admin-certificates/p12', body: { name: 'eva' } },
  ]) {
    test(`of ${name} is one file, under the password, which nobody stores`, async () => {
      const file = await postForFile(hub, path, { password: PASSWORD, ...body })
      expect(file).toMatchObject({ status: 201, type: 'application/x-pkcs12', cacheControl: 'no-store' })
      expect(() => createSecureContext({ pfx: file.octets, passphrase: PASSWORD })).not.toThrow()
      expect(() => createSecureContext({ pfx: file.octets, passphrase: 'wrong horse' })).toThrow(/mac verify failure/)
    })
  }

  test('of a device connects it, and is all that it needs to trust the hub', async () => {
    const { octets } = await postForFile(hub, '/api/devices/pfx-device/certificates/p12', { password: PASSWORD })
    expect((await connectByFile(octets, 'pfx-device')).connected).toBe(true)
  })

  test('of a service connects it', async () => {
    await hub.api('POST', '/api/services', { body: { name: 'in-one-file-too', allow: ['#'] } })
    const { octets } = await postForFile(hub, '/api/services/in-one-file-too/certificates/p12', { password: PASSWORD })
    expect((await connectByFile(octets, 'any')).connected).toBe(true)
  })

  test('is refused with a password that is too short, and nothing is issued', async () => {
    const answer = await hub.api('POST', '/api/devices/never-made/certificates/p12', { body: { password: 'short' } })
    expect(answer).toMatchObject({ status: 400 })
    expect(await hub.api('GET', '/api/devices/never-made')).toMatchObject({ status: 404 })
  })
})

test('PKCS#12 alone is enough to trust the hub', async () => {
  const { octets } = await postForFile(hub, '/api/devices/pfx-alone/certificates/p12', { password: PASSWORD })
  const options = { host: 'localhost', port: hub.hub.mqttPort, pfx: octets, passphrase: PASSWORD }
  const socket = connect(options)
  await once(socket, 'secureConnect')
  expect(socket.authorized).toBe(true)
  socket.destroy()
})

describe('a claim link', () => {
  test('that is open is named where the certificates of its device are revoked', async () => {
    await hub.enrol('lost')
    await makeClaim('lost')
    const { headers } = await hub.api('DELETE', '/api/devices/certificates/lost')
    expect(headers['warning']).toMatch(/^299 - "claim \w{12} still lets device lost in"$/)
  })

  test('that is guessed is told to the operator, and shuts out who guesses', async () => {
    const guess = (secret: string) => hub.api('POST', '/claim', { body: { secret, as: 'bundle' }, token: null })
    const { secret } = await makeClaim('guessed')
    for (let attempt = 0; attempt < 5; attempt++) expect(await guess('guess')).toMatchObject({ status: 404 })
    expect(await guess(secret)).toMatchObject({ status: 429 })
    const causes = (await hub.refusals()).map(({ cause }) => cause)
    expect(causes).toEqual(expect.arrayContaining(['claim_unknown', 'claim_over_limit']))
    hub.clock.advance(60_000)
    expect((await guess(secret)).status).toBe(201)
    expect(hub.log.text).not.toContain(secret.slice(17))
  })

  test('fetches a bundle that connects, once', async () => {
    const { secret } = await makeClaim('claimed')
    const file = await postForFile(hub, '/claim', { secret, as: 'bundle' }, null)
    expect(file).toMatchObject({ status: 201, type: 'application/zip', name: 'claimed.zip', cacheControl: 'no-store' })
    const files = unzipSync(file.octets)
    const read = (name: string): string => strFromU8(files[`claimed/${name}`] ?? new Uint8Array())
    const client = await hub.connect(
      { cert: read('device-cert.pem'), key: read('device-key.pem') },
      { clientId: 'claimed' },
    )
    expect(client.connected).toBe(true)
    const again = await hub.api('POST', '/claim', { body: { secret, as: 'bundle' }, token: null })
    expect(again).toMatchObject({ status: 410 })
    expect(again.json()).toMatchObject({ code: 'claim_used' })
    expect((await hub.api('GET', '/api/devices/claimed/claims')).json().items).toMatchObject([{ state: 'used' }])
  })

  test('opened by two at once is won by one, and one certificate is made', async () => {
    const { secret } = await makeClaim('contested')
    const redeem = () => postForFile(hub, '/claim', { secret, as: 'bundle' }, null)
    const statuses = (await Promise.all([redeem(), redeem(), redeem()])).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, 410, 410])
    const history = await hub.api('GET', '/api/devices/certificates/contested?include=detail')
    expect(history.json().certificates).toHaveLength(1)
  })
})
