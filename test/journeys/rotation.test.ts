import { describe, expect, test } from 'vitest'
import { createForeignCa } from '../support/certificate-maker.ts'
import { nextMessage } from '../support/next-message.ts'
import { startSimulatedDevice } from '../support/simulated-device.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

function view(hub: TestHub) {
  return { mqttPort: hub.hub.mqttPort, ca: hub.ca, now: hub.clock.now }
}

async function start(hub: TestHub, body: object) {
  const answer = await hub.api('POST', '/api/rotations', { body })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json()
}

/** As a hub does once a second. */
async function progressOf(hub: TestHub, id: string) {
  await hub.hub.sweep()
  const { state, progress } = (await hub.api('GET', `/api/rotations/${id}`)).json()
  return { state, ...progress }
}

const FOREIGN_CA = (await createForeignCa('CN=Signet Root CA')).pem
const NONE = { waiting: 0, told: 0, renewed: 0, connected: 0, late: 0 }

test('a fleet that is connected is told, renews early and ends with new certificates alone', async () => {
  await using hub = await startTestHub()
  await using stack = new AsyncDisposableStack()
  for (const id of ['a', 'b', 'c']) {
    const device = stack.use(startSimulatedDevice(await hub.enrol(id), view(hub)))
    await device.said(/^renewal due/)
  }
  const { id, ...started } = await start(hub, { filter: { all: true }, perMinute: 60_000 })
  expect(started).toMatchObject({ state: 'running', gathered: true, filter: {}, progress: { ...NONE, waiting: 3 } })
  await expect.poll(() => progressOf(hub, id)).toEqual({ ...NONE, state: 'finished', connected: 3 })
  const { items } = (await hub.api('GET', '/api/certificates?state=superseded')).json()
  expect(items.map(({ subjectId }: { subjectId: string }) => subjectId).toSorted()).toEqual(['a', 'b', 'c'])
})

test('it is told at the pace that was asked for, and again only to who has come back since', async () => {
  await using hub = await startTestHub()
  const told: string[] = []
  const listen = async (id: string) => {
    const client = await hub.connect(await hub.enrol(id), { clientId: id })
    client.on('message', (topic, payload) => told.push(`${topic} ${payload}`))
    await client.subscribeAsync(`users/default/devices/${id}/certificate/renew`, { qos: 1 })
    return client
  }
  for (const id of ['a', 'b']) await listen(id)
  // It would hear nothing.
  await hub.connect(await hub.enrol('deaf'), { clientId: 'deaf' })
  const { id } = await start(hub, { filter: { all: true }, perMinute: 1 })
  await expect.poll(() => progressOf(hub, id)).toMatchObject({ told: 1, waiting: 2 })
  hub.clock.advance(60_000)
  await expect.poll(() => progressOf(hub, id)).toMatchObject({ told: 2, waiting: 1 })
  hub.clock.advance(HOUR_MS)
  expect(await progressOf(hub, id)).toMatchObject({ told: 2, waiting: 1 })
  await expect
    .poll(() => told)
    .toEqual(['a', 'b'].map((name) => `users/default/devices/${name}/certificate/renew {"rotation":"${id}"}`))
  const { items } = (await hub.api('GET', `/api/rotations/${id}/devices?state=told&limit=1`)).json()
  expect(items).toEqual([{ deviceId: 'a', state: 'told', toldAt: expect.any(String) }])
})

describe('renewal is allowed although it is early', () => {
  const RENEW = '/api/devices/self/certificate/renew'

  test('over HTTPS, while the rotation runs or pauses, once for each certificate', async () => {
    await using hub = await startTestHub()
    const [mine, other] = [await hub.enrol('mine', { userId: 'me' }), await hub.enrol('other')]
    const renew = (credentials: typeof mine) => hub.api('POST', RENEW, { credentials, token: null })
    const { id } = await start(hub, { filter: { userId: 'me' } })
    expect(await renew(other)).toMatchObject({ status: 409 })
    expect((await hub.api('POST', `/api/rotations/${id}/pause`)).json()).toMatchObject({ state: 'paused' })
    const answer = await renew(mine)
    expect(answer).toMatchObject({ status: 201 })
    expect(await progressOf(hub, id)).toMatchObject({ state: 'paused', renewed: 1 })
    const { clientCert: cert, clientKey: key } = answer.json()
    expect(await renew({ ...mine, cert, key })).toMatchObject({ status: 409 })
    await hub.connect({ cert, key }, { clientId: 'mine' })
    expect(await progressOf(hub, id)).toMatchObject({ state: 'paused', connected: 1 })
    await hub.api('POST', `/api/rotations/${id}/resume`)
    expect(await progressOf(hub, id)).toMatchObject({ state: 'finished', connected: 1 })
    const again = await hub.api('POST', `/api/rotations/${id}/resume`)
    expect(again.json()).toMatchObject({ status: 409, code: 'rotation_ended' })
  })

  test('and not when it is cancelled', async () => {
    await using hub = await startTestHub()
    const credentials = await hub.enrol('pump')
    const { id } = await start(hub, { filter: { all: true } })
    await hub.api('POST', `/api/rotations/${id}/cancel`)
    expect(await hub.api('POST', RENEW, { credentials, token: null })).toMatchObject({ status: 409 })
    expect(await progressOf(hub, id)).toMatchObject({ state: 'cancelled', waiting: 1 })
  })
})

test('the deadline ends the older certificates of those who did not renew, with their sessions', async () => {
  await using hub = await startTestHub()
  const session = await hub.connect(await hub.enrol('pump'), { clientId: 'pump' })
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
  const deadline = new Date(hub.clock.now().getTime() + DAY_MS).toISOString()
  const { id } = await start(hub, { filter: { all: true }, deadline })
  expect(await progressOf(hub, id)).toMatchObject({ state: 'running', waiting: 1 })
  hub.clock.advance(DAY_MS)
  expect(await progressOf(hub, id)).toEqual({ ...NONE, state: 'finished', late: 1 })
  await closed
  const { certificates } = (await hub.api('GET', '/api/devices/certificates/pump?include=detail')).json()
  expect(certificates).toMatchObject([{ revocationReason: 'superseded' }])
  const { items } = (await hub.api('GET', '/api/audit?action=rotation.deadline')).json()
  expect(items).toMatchObject([{ actor: 'hub', object: id, result: 'done' }])
})

test('one device is asked as a fleet is, and the audit says which', async () => {
  await using hub = await startTestHub()
  await using stack = new AsyncDisposableStack()
  await hub.enrol('other')
  const device = stack.use(startSimulatedDevice(await hub.enrol('pump'), view(hub)))
  await device.said(/^renewal due/)
  const { id } = await start(hub, { filter: { deviceId: 'pump' } })
  await expect.poll(() => progressOf(hub, id)).toEqual({ ...NONE, state: 'finished', connected: 1 })
  const { items } = (await hub.api('GET', '/api/audit?action=rotation.start')).json()
  expect(items).toMatchObject([{ action: 'rotation.start', object: 'pump' }])
})

describe('one device that has nothing to renew is refused, and nothing is begun', () => {
  for (const { name, filter } of [
    { name: 'nobody of that id', filter: { deviceId: 'nobody' } },
    { name: 'one without a certificate', filter: { deviceId: 'without' } },
    { name: "another user's", filter: { deviceId: 'pump', userId: 'me' } },
    { name: 'one with another kind of key', filter: { deviceId: 'pump', keyAlgorithm: 'rsa-4096' } },
  ]) {
    test(name, async () => {
      await using hub = await startTestHub()
      await hub.enrol('pump')
      await hub.api('POST', '/api/devices', { body: { deviceId: 'without' } })
      const answer = await hub.api('POST', '/api/rotations', { body: { filter } })
      expect(answer.json()).toMatchObject({ status: 404, code: 'certificate_not_found' })
      expect((await hub.api('GET', '/api/rotations')).json().items).toEqual([])
    })
  }
})

describe('whom it concerns', () => {
  for (const { name, filter, members } of [
    { name: 'all', filter: () => ({ all: true }), members: ['ec', 'rsa', 'short'] },
    { name: 'one device', filter: () => ({ deviceId: 'rsa' }), members: ['rsa'] },
    { name: 'of a user', filter: () => ({ userId: 'me' }), members: ['rsa'] },
    { name: 'with a kind of key', filter: () => ({ keyAlgorithm: 'rsa-2048' }), members: ['rsa'] },
    { name: 'issued by this CA', filter: (hub: TestHub) => ({ issuedBy: hub.ca }), members: ['ec', 'rsa', 'short'] },
    { name: 'issued by another', filter: () => ({ issuedBy: FOREIGN_CA }), members: [] },
    {
      name: 'ending early',
      filter: (hub: TestHub) => ({ expiresBefore: new Date(hub.clock.now().getTime() + 31 * DAY_MS).toISOString() }),
      members: ['short'],
    },
  ]) {
    test(name, async () => {
      await using hub = await startTestHub()
      await hub.enrol('ec')
      await hub.enrol('rsa', { userId: 'me', keyAlgorithm: 'rsa-2048' })
      await hub.enrol('short', { validityDays: 30 })
      await hub.api('POST', '/api/devices', { body: { deviceId: 'without' } })
      const { id } = await start(hub, { filter: filter(hub) })
      const { items } = (await hub.api('GET', `/api/rotations/${id}/devices`)).json()
      expect(items.map(({ deviceId }: { deviceId: string }) => deviceId)).toEqual(members)
    })
  }

  for (const { name, body } of [
    { name: 'nobody named', body: { filter: {} } },
    { name: 'a deadline that is past', body: { filter: { all: true }, deadline: '2020-01-01T00:00:00Z' } },
    { name: 'a CA that is none', body: { filter: { issuedBy: 'PEM' } } },
    { name: 'no pace', body: { filter: { all: true }, perMinute: 0 } },
  ]) {
    test(`${name} is refused`, async () => {
      await using hub = await startTestHub()
      expect(await hub.api('POST', '/api/rotations', { body })).toMatchObject({ status: 400 })
      expect((await hub.api('GET', '/api/rotations')).json()).toEqual({ items: [], nextCursor: null })
    })
  }
})

test('a fleet larger than what is looked at in one turn is gathered to its end', async () => {
  await using hub = await startTestHub()
  for (let index = 10; index < 40; index++) await hub.api('POST', '/api/devices', { body: { deviceId: `d${index}` } })
  await hub.enrol('last')
  const { id, progress } = await start(hub, { filter: { all: true } })
  expect(progress).toEqual({ ...NONE, waiting: 1 })
  const { items } = (await hub.api('GET', `/api/rotations/${id}/devices`)).json()
  expect(items).toMatchObject([{ deviceId: 'last' }])
})

test('one that nobody started is not found', async () => {
  await using hub = await startTestHub()
  for (const path of ['', '/devices']) {
    const answer = await hub.api('GET', `/api/rotations/nothing${path}`)
    expect(answer.json()).toMatchObject({ status: 404, code: 'rotation_not_found' })
  }
})

test('a device whose answer was lost is told again when it comes back with the older certificate', async () => {
  await using hub = await startTestHub()
  const enrolled = await hub.enrol('pump')
  const { id } = await start(hub, { filter: { all: true } })
  await hub.api('POST', '/api/devices/self/certificate/renew', { credentials: enrolled, token: null })
  const client = await hub.connect(enrolled, { clientId: 'pump' })
  const told = nextMessage(client)
  await client.subscribeAsync('users/default/devices/pump/#', { qos: 1 })
  await expect.poll(() => progressOf(hub, id)).toMatchObject({ renewed: 1 })
  expect((await told).topic).toBe('users/default/devices/pump/certificate/renew')
})
