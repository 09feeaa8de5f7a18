import { describe, expect, test } from 'vitest'
import { EventFeed } from '../../../src/events.ts'
import type { Refusal } from '../../../src/refusal.ts'
import { createDiary, type Diary } from '../../../src/registry/diagnosis/diary.ts'
import { recordEvents } from '../../../src/registry/diagnosis/recent-events.ts'
import type { LastSeen } from '../../../src/registry/last-seen.ts'
import { createScene, DAY_MS, NOON, type Scene } from '../registry-scene.ts'

function openDiary(scene: Scene, lastSeen: LastSeen = { of: () => undefined }) {
  const { registry, stores, clock } = scene
  const feed = new EventFeed()
  const recent = recordEvents(feed, clock)
  const { certificates } = stores
  return { feed, diary: createDiary({ recent, refusals: registry.refusals, certificates, lastSeen, clock }) }
}

test('of a device that has not come since the hub was started it is told when it was last seen', async () => {
  using scene = await createScene()
  const before = new Date(NOON.getTime() - DAY_MS)
  const { feed, diary } = openDiary(scene, { of: (id) => (id === 'pump' ? before : undefined) })
  expect(diary.read('device', 'pump', { limit: 50 }).items).toEqual([{ at: before, event: 'seen' }])
  expect(told(diary, 'valve')).toEqual([])
  expect(diary.read('service', 'pump', { limit: 50 }).items).toEqual([])
  feed.publish('identity.suspended', { kind: 'device', id: 'pump' })
  expect(told(diary)).toEqual(['suspended', 'seen'])
  feed.publish('device.connected', { kind: 'device', id: 'pump', clientId: 'pump', address: '::1' })
  expect(told(diary)).toEqual(['connected', 'suspended'])
})

const told = (diary: Diary, id = 'pump') =>
  diary.read('device', id, { limit: 50 }).items.map(({ event, refusal }) => refusal?.cause ?? event)

test('certificates are told from the registry: the first issued, the others renewed, each with its end', async () => {
  using scene = await createScene()
  const { diary } = openDiary(scene)
  const { certificates, revocations } = scene.registry
  const first = (await certificates.issueToDevice({ deviceId: 'pump', validityDays: 2 })).certificate
  scene.advance(DAY_MS)
  const second = (await certificates.issueToDevice({ deviceId: 'pump' })).certificate
  scene.advance(3 * DAY_MS)
  await revocations.revokeDevice('pump', 'keyCompromise')
  const { items } = diary.read('device', 'pump', { limit: 50 })
  expect(items.map(({ event, fingerprint, reason }) => [event, fingerprint, reason])).toEqual(
    expect.arrayContaining([
      ['certificate_revoked', second.fingerprint, 'keyCompromise'],
      ['certificate_renewed', second.fingerprint, undefined],
      ['certificate_issued', first.fingerprint, undefined],
    ]),
  )
  expect(items.at(-1)).toMatchObject({ event: 'certificate_issued', at: NOON })
})

test('a certificate that has expired is told so, and one that is not ours where it came from', async () => {
  using scene = await createScene({ unknownCertificates: { mode: 'auto', owner: 'default' } })
  const { diary } = openDiary(scene)
  const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump', validityDays: 2 })
  scene.stores.certificates.insert({
    ...certificate,
    id: 'other',
    fingerprint: 'F',
    subjectId: 'old',
    origin: 'imported',
  })
  scene.advance(3 * DAY_MS)
  expect(told(diary)).toEqual(['certificate_expired', 'certificate_issued'])
  expect(diary.read('device', 'old', { limit: 50 }).items.at(-1)).toMatchObject({ reason: 'imported' })
})

describe('a refusal is told of', () => {
  const refusal: Refusal = { address: '10.0.0.1', surface: 'mqtts', cause: 'issuer_unknown' }
  for (const { name, presented, isTold } of [
    { name: 'ok/who it was', presented: { identity: 'device:pump' }, isTold: true },
    { name: 'ok/who claimed to be it by a CN', presented: { subject: 'O=x\nCN=pump' }, isTold: true },
    { name: 'ok/who claimed to be it by a client id', presented: { clientId: 'pump' }, isTold: true },
    { name: 'ok/who claimed to be it by a suffix', presented: { clientId: 'pump:1' }, isTold: true },
    { name: 'ok/who claimed to be it by a user name', presented: { userName: 'pump' }, isTold: true },
    {
      name: 'not/another that claimed its client id',
      presented: { identity: 'device:valve', clientId: 'pump' },
      isTold: false,
    },
    { name: 'not/a service of its id', presented: { identity: 'service:pump' }, isTold: false },
    { name: 'not/one that only begins like it', presented: { clientId: 'pump2' }, isTold: false },
    { name: 'not/one that begins like it and has a suffix', presented: { clientId: 'pump2:1' }, isTold: false },
    { name: 'not/a CN that holds it', presented: { subject: 'O=pump\nCN=pump2' }, isTold: false },
    { name: 'not/nobody', presented: undefined, isTold: false },
  ] satisfies readonly { name: string; presented: Refusal['presented'] | undefined; isTold: boolean }[]) {
    test(name, async () => {
      using scene = await createScene()
      const { diary } = openDiary(scene)
      scene.registry.refusals.record({ ...refusal, ...(presented ? { presented } : {}) })
      expect(told(diary)).toEqual(isTold ? ['issuer_unknown'] : [])
      expect(diary.refusalsOf('device', 'pump')).toHaveLength(isTold ? 1 : 0)
    })
  }
})

test('pages go on where the last one ended, events of one millisecond in their order', async () => {
  using scene = await createScene()
  const { feed, diary } = openDiary(scene)
  const refused = { address: '10.0.0.1', surface: 'mqtts', presented: { identity: 'device:pump' } } as const
  for (const cause of ['flapping', 'client_id_wrong'] as const) scene.registry.refusals.record({ ...refused, cause })
  for (const clientId of ['pump:1', 'pump:2', 'pump:3']) {
    feed.publish('device.connected', { kind: 'device', id: 'pump', clientId, address: '10.0.0.1' })
  }
  const whole = diary.read('device', 'pump', { limit: 50 })
  expect(whole.nextCursor).toBeUndefined()
  const connected = whole.items.filter(({ event }) => event === 'connected')
  expect(connected.map(({ clientId }) => clientId)).toEqual(['pump:3', 'pump:2', 'pump:1'])
  const paged = []
  for (let after: string | undefined = '￿'; after !== undefined; ) {
    const page: ReturnType<Diary['read']> = diary.read('device', 'pump', { limit: 2, after })
    expect(page.items.length).toBeLessThanOrEqual(2)
    paged.push(...page.items)
    after = page.nextCursor
  }
  expect(paged).toEqual(whole.items)
})
