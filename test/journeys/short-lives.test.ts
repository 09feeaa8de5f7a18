import { expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const RENEW = '/api/devices/self/certificate/renew'
const TOPIC = 'users/default/devices/pump/commands'
const EXPIRED = 'its credential has expired'

/** A hub whose device holds a certificate of sixty seconds. */
async function startMinuteHub(): Promise<{ readonly hub: TestHub; readonly device: Enrolled }> {
  const hub = await startTestHub({ settings: { profiles: { minute: { validity: '60s' } } } })
  return { hub, device: await hub.enrol('pump', { profile: 'minute' }) }
}

test('a certificate of sixty seconds that ends in mid-session: closed by itself, told why, and refused from then on', async () => {
  const { hub, device } = await startMinuteHub()
  await using _ = hub
  const session = await hub.connect(device, { clientId: 'pump' })
  const ended = new Promise<string>((resolve) => {
    hub.hub.events.subscribe('device.disconnected', ({ id, reason }) => resolve(`${id}: ${reason}`))
  })
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
  // Half of it is left to a machine that is slow.
  hub.clock.advance(30_000)
  await hub.hub.sweep()
  await session.publishAsync(TOPIC, 'still here', { qos: 1 })

  // Nobody sweeps: the hub looks by itself.
  hub.clock.advance(31_000)
  expect(await ended).toBe(`pump: ${EXPIRED}`)
  await closed

  await expect(hub.connect(device, { clientId: 'pump' })).rejects.toMatchObject({ code: 5 })
  expect(await hub.refusals()).toMatchObject([{ surface: 'mqtts', cause: 'certificate_expired' }])
  const { items } = (await hub.api('GET', '/api/devices/pump/diary')).json()
  expect(items.map(({ event }: { event: string }) => event)).toEqual(
    expect.arrayContaining(['connected', 'disconnected', 'certificate_expired', 'refused']),
  )
  expect(items).toContainEqual(expect.objectContaining({ event: 'disconnected', reason: EXPIRED }))
})

test('renewed within its window, its device stays connected past the end of the old one, and misses nothing', async () => {
  const { hub, device } = await startMinuteHub()
  await using _ = hub
  const tell = async (payload: string): Promise<number> =>
    (await hub.api('POST', '/api/publish', { body: { topicName: TOPIC, payload, qos: 1 } })).status
  const before = await hub.connect(device, { clientId: 'pump', clean: false })
  await before.subscribeAsync(TOPIC, { qos: 1 })
  const takenOver = new Promise<void>((resolve) => before.once('close', () => resolve()))

  hub.clock.advance(45_000)
  const { csr, key } = await createSigningRequest('pump')
  const renewed = await hub.api('POST', RENEW, { credentials: device, token: null, body: { csr } })
  expect(renewed.status).toBe(201)
  expect(before.connected).toBe(true)
  const first = nextMessage(before)
  expect(await tell('by the old one')).toBe(202)
  expect(await first).toMatchObject({ payload: 'by the old one' })

  const after = await hub.connect({ cert: renewed.json().clientCert, key }, { clientId: 'pump', clean: false })
  await takenOver
  hub.clock.advance(20_000)
  await hub.hub.sweep()
  const second = nextMessage(after)
  expect(await tell('by the new one')).toBe(202)
  expect(await second).toMatchObject({ payload: 'by the new one' })
  expect(after.connected).toBe(true)
  await expect(hub.connect(device, { clientId: 'pump' })).rejects.toMatchObject({ code: 5 })
  const { items } = (await hub.api('GET', '/api/devices/pump/diary')).json()
  expect(items).not.toContainEqual(expect.objectContaining({ reason: EXPIRED }))
})
