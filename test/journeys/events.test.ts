import { describe, expect, test } from 'vitest'
import { createAdministrator, createApiToken, refusalsOf } from '../support/administrators.ts'
import { readEvents } from '../support/event-reader.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

test('who listens hears of each thing as it happens, in the one form that events have', async () => {
  await using hub = await startTestHub()
  using reader = await readEvents(hub)
  expect(reader.answer.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const device = await hub.enrol('device-001')
  const issued = await reader.next()
  expect(issued).toMatchObject({ event: 'certificate.issued', data: { type: 'certificate.issued', id: issued.id } })
  expect(issued.data.data).toMatchObject({ kind: 'device', id: 'device-001', fingerprint: device.fingerprint })
  expect(new Date(issued.data.at).getTime()).toBeGreaterThan(0)
  const client = await hub.connect(device, { clientId: device.id })
  expect(await reader.next()).toMatchObject({ event: 'device.connected', data: { data: { id: 'device-001' } } })
  await client.endAsync()
  expect(await reader.next()).toMatchObject({ event: 'device.disconnected', data: { data: { reason: 'normal' } } })
})

test('a reader is given the types and the device that it asks for', async () => {
  await using hub = await startTestHub()
  using types = await readEvents(hub, { query: '?type=identity.*,certificate.revoked' })
  using one = await readEvents(hub, { query: '?deviceId=pump-2' })
  for (const id of ['pump-1', 'pump-2']) await hub.enrol(id)
  await hub.api('DELETE', '/api/devices/certificates/pump-1')
  await hub.api('PATCH', '/api/devices/pump-2', { body: { state: 'suspended' } })
  const typed = [await types.next(), await types.next()]
  expect(typed.map(({ event, data }) => [event, data.data.id])).toEqual([
    ['certificate.revoked', 'pump-1'],
    ['identity.suspended', 'pump-2'],
  ])
  expect([await one.next(), await one.next()].map(({ event }) => event)).toEqual([
    'certificate.issued',
    'identity.suspended',
  ])
})

test('a reader resumes after the event it has seen last, over a restart of the hub too', async () => {
  await using folder = await temporaryFolder()
  let seen: string | undefined
  {
    await using hub = await startTestHub({ folder: folder.path })
    using reader = await readEvents(hub)
    await hub.enrol('pump-1')
    seen = (await reader.next()).id
    await hub.enrol('pump-2')
  }
  await using hub = await startTestHub({ folder: folder.path })
  await hub.enrol('pump-3')
  for (const resumed of [{ headers: { 'last-event-id': String(seen) } }, { query: `?lastEventId=${seen}` }]) {
    using reader = await readEvents(hub, resumed)
    const frames = [await reader.next(), await reader.next()]
    expect(frames.map(({ data }) => data.data.id)).toEqual(['pump-2', 'pump-3'])
    expect(Number(frames[0]?.id)).toBeLessThan(Number(frames[1]?.id))
  }
})

test('who resumes from what is not kept any more is told that some are missing', async () => {
  await using hub = await startTestHub({ settings: { events: { keep_count: 100 } } })
  using reader = await readEvents(hub)
  await hub.enrol('first')
  const { id } = await reader.next()
  const mark = hub.hub.events.publish.bind(hub.hub.events)
  for (let count = 0; count < 600; count++) mark('limit.reached', { limit: 'a', subject: `device:d${count}`, count })
  using resumed = await readEvents(hub, { query: `?lastEventId=${id}` })
  expect(await resumed.next()).toEqual({ event: 'gap', data: { lastEventId: id } })
  expect((await resumed.next()).event).toBe('limit.reached')
  using strange = await readEvents(hub, { query: '?lastEventId=9999999999999999' })
  expect((await strange.next()).event).toBe('gap')
  using all = await readEvents(hub, { query: '?lastEventId=0' })
  expect((await all.next()).event).toBe('limit.reached')
})

test('a list holds the newest first, page after page', async () => {
  await using hub = await startTestHub()
  for (const id of ['a', 'b', 'c']) await hub.enrol(id)
  const headers = { accept: 'application/json' }
  const first = (await hub.api('GET', '/api/events?limit=2&type=certificate.issued', { headers })).json()
  expect(first.items.map(({ data }: { data: { id: string } }) => data.id)).toEqual(['c', 'b'])
  const path = `/api/events?limit=2&type=certificate.issued&cursor=${first.nextCursor}`
  const second = (await hub.api('GET', path, { headers })).json()
  expect(second.items.map(({ data }: { data: { id: string } }) => data.id)).toEqual(['a'])
  expect(second.nextCursor).toBeNull()
})

describe('a stream ends with the right to it, in that moment:', () => {
  test('with the token that is revoked; others go on', async () => {
    await using hub = await startTestHub()
    const lost = await createApiToken(hub, 'eva', { role: 'auditor' })
    using reader = await readEvents(hub, { token: lost.token })
    using kept = await readEvents(hub)
    await Promise.all([reader.ended, hub.api('DELETE', `/api/tokens/${lost.id}`)])
    expect(kept.answer.destroyed).toBe(false)
    expect((await refusalsOf(hub)).map((refusal) => refusal['cause'])).toEqual(['token_invalid'])
  })

  test('with the certificate that is revoked', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls_or_token' } } })
    const credentials = await createAdministrator(hub, 'eva', { role: 'auditor' })
    using reader = await readEvents(hub, { credentials })
    await Promise.all([reader.ended, hub.api('DELETE', '/api/admin-certificates/eva')])
  })

  test('with the role that allowed it', async () => {
    await using hub = await startTestHub({ settings: { api: { auth: 'mtls_or_token' } } })
    const credentials = await createAdministrator(hub, 'eva', { role: 'auditor' })
    using reader = await readEvents(hub, { credentials })
    const smaller = { name: 'eva', role: 'validator' }
    await Promise.all([reader.ended, hub.api('POST', '/api/admin-certificates', { body: smaller })])
    expect((await refusalsOf(hub)).map((refusal) => refusal['cause'])).toEqual(['role_too_small'])
  })

  test('with the hub, which waits for no reader', async () => {
    const hub = await startTestHub()
    using reader = await readEvents(hub)
    await Promise.all([reader.ended, hub[Symbol.asyncDispose]()])
  })
})

test('a validator hears nothing', async () => {
  await using hub = await startTestHub()
  const { token } = await createApiToken(hub, 'emqx', { role: 'validator' })
  expect((await hub.api('GET', '/api/events', { token })).status).toBe(403)
})

for (const query of ['?type=DROP', '?type=a..b', '?lastEventId=-1', '?lastEventId=x', '?type=']) {
  test(`${query} is refused`, async () => {
    await using hub = await startTestHub()
    expect((await hub.api('GET', `/api/events${query}`)).status).toBe(400)
  })
}
