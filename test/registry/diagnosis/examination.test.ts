import { describe, expect, test } from 'vitest'
import { EventFeed } from '../../../src/events.ts'
import { createDiary } from '../../../src/registry/diagnosis/diary.ts'
import { createExamination, type LiveSession } from '../../../src/registry/diagnosis/examination.ts'
import { recordEvents } from '../../../src/registry/diagnosis/recent-events.ts'
import { createScene, DAY_MS, type Scene } from '../registry-scene.ts'

interface Place {
  readonly scene: Scene
  readonly feed: EventFeed
  readonly live: LiveSession[]
  readonly logins: string[]
  lastSeenAt: Date | undefined
}

const SEEN = { kind: 'device', id: 'pump', clientId: 'pump', address: '10.0.0.1' } as const

async function examine(arrange: (place: Place) => unknown, kind: 'device' | 'service' = 'device') {
  using scene = await createScene()
  const { registry, stores, clock } = scene
  const feed = new EventFeed()
  const place: Place = { scene, feed, live: [], logins: [], lastSeenAt: undefined }
  const recent = recordEvents(feed, clock)
  const lastSeen = { of: () => place.lastSeenAt }
  const diary = createDiary({ ...stores, recent, refusals: registry.refusals, lastSeen, clock })
  if (kind === 'device') registry.devices.create({ deviceId: 'pump' }, true)
  else registry.services.create({ name: 'pump' }, true)
  await arrange(place)
  const { state } = kind === 'device' ? registry.devices.get('pump') : registry.services.get('pump')
  const { certificates } = stores
  const sessionsOf = () => place.live
  return createExamination({ certificates, diary, sessionsOf, otherwiseLetIn: () => place.logins, clock })({
    kind,
    id: 'pump',
    state,
  })
}

const issue = ({ scene }: Place, validityDays?: number) =>
  scene.registry.certificates.issueToDevice({ deviceId: 'pump', ...(validityDays ? { validityDays } : {}) })

const suspect = ({ feed }: Place) =>
  feed.publish('identity.compromise_suspected', {
    kind: 'device',
    id: 'pump',
    sign: 'two_addresses',
    action: 'told',
    evidence: {},
  })

test('one whose key may be in two hands is told so, though they take its session from each other ever since', async () => {
  const findings = await examine(async (place) => {
    await issue(place)
    place.scene.advance(1000)
    suspect(place)
    for (let turn = 0; turn < 300; turn++) place.feed.publish('device.connected', SEEN)
  })
  expect(findings[1]).toMatchObject({
    name: 'state',
    status: 'warning',
    detail: expect.stringMatching(/^its key may be in two hands: two_addresses at .*, told$/),
    mend: expect.stringContaining('signet device revoke pump --reason keyCompromise, then signet device add pump'),
  })
})

test('of a suspicion no more is said once it has another key', async () => {
  const findings = await examine(async (place) => {
    suspect(place)
    place.scene.advance(1000)
    await issue(place)
  })
  expect(findings.map(({ code }) => code)).not.toContain('suspected')
})

describe('a device is looked over:', () => {
  for (const { name, arrange, check, status, detail, mend } of [
    {
      name: 'suspended',
      arrange: ({ scene }) => scene.registry.devices.change('pump', { state: 'suspended' }, true),
      check: 'state',
      status: 'failed',
      detail: 'device pump is suspended',
      mend: 'signet device resume pump',
    },
    {
      name: 'without a certificate',
      arrange: () => undefined,
      check: 'certificate',
      status: 'failed',
      detail: 'it has no certificate',
      mend: 'signet device add pump',
    },
    {
      name: 'without a certificate, and with a token',
      arrange: ({ logins }) => logins.push('token t1'),
      check: 'certificate',
      status: 'note',
      detail: 'it has no certificate',
    },
    {
      name: 'with a token',
      arrange: ({ logins }) => logins.push('token t1'),
      check: 'login',
      status: 'ok',
      detail: 'token t1 lets it in',
    },
    {
      name: 'with a revoked certificate',
      async arrange(place) {
        await issue(place)
        await place.scene.registry.revocations.revokeDevice('pump', 'keyCompromise')
      },
      check: 'certificate',
      status: 'failed',
      detail: /is revoked since 2026-\S+ \(keyCompromise\)/,
      mend: 'signet device add pump',
    },
    {
      name: 'with an expired certificate',
      async arrange(place) {
        await issue(place, 1)
        place.scene.advance(2 * DAY_MS)
      },
      check: 'certificate',
      status: 'failed',
      detail: /is expired, notAfter 2026-/,
      mend: 'signet device add pump',
    },
    {
      name: 'with a certificate that is not yet valid',
      async arrange(place) {
        await issue(place)
        place.scene.advance(-DAY_MS)
      },
      check: 'certificate',
      status: 'failed',
      detail: 'is not_yet_valid',
      mend: "set the hub's clock",
    },
    {
      name: 'with a certificate that waits for approval',
      async arrange(place) {
        const { certificate } = await issue(place)
        const { scene } = place
        await scene.registry.devices.remove('pump')
        scene.registry.devices.create({ deviceId: 'pump' }, true)
        scene.advance(1000)
        scene.stores.certificates.insert({
          ...certificate,
          id: 'c1',
          fingerprint: 'F',
          createdAt: scene.clock(),
          pendingSince: scene.clock(),
        })
      },
      check: 'certificate',
      status: 'failed',
      detail: 'F is pending',
      mend: 'signet certificate approve F',
    },
    {
      name: 'with a good certificate',
      arrange: (place) => issue(place),
      check: 'certificate',
      status: 'ok',
      detail: /is active for \d{3} days, until 2027-\S+, never seen/,
    },
    {
      name: 'with a certificate that ends soon',
      arrange: (place) => issue(place, 3),
      check: 'certificate',
      status: 'warning',
      detail: 'is active for ',
      mend: 'signet device add pump',
    },
    {
      name: 'connected',
      arrange: ({ live }) => live.push(SEEN),
      check: 'session',
      status: 'ok',
      detail: 'connected as pump from 10.0.0.1',
    },
    {
      name: 'never seen',
      arrange: () => undefined,
      check: 'session',
      status: 'warning',
      detail: 'nothing came from it since the hub started',
      mend: 'signet refusals',
    },
    {
      name: 'not seen since the hub was started, and known to have come before',
      arrange(place) {
        place.lastSeenAt = new Date('2026-01-01T00:00:00Z')
      },
      check: 'session',
      status: 'warning',
      detail: 'not connected: last seen at 2026-01-01T00:00:00.000Z',
      mend: 'signet refusals',
    },
    {
      name: 'gone',
      arrange({ feed }) {
        feed.publish('device.connected', SEEN)
        feed.publish('device.disconnected', { ...SEEN, reason: 'connection lost' })
      },
      check: 'session',
      status: 'warning',
      detail: /not connected: disconnected at 2026-\S+, connection lost/,
      mend: 'the device and its network',
    },
    {
      name: 'gone before its CONNECT',
      arrange: ({ feed }) => feed.publish('device.left', SEEN),
      check: 'session',
      status: 'warning',
      detail: 'not connected: left at ',
      mend: 'tls.server_names',
    },
    {
      name: 'refused',
      arrange: ({ scene }) => refuse(scene, { identity: 'device:pump' }),
      check: 'session',
      status: 'warning',
      detail: /^refused from 10\.0\.0\.9 at 2026-\S+, once: client_id_wrong; expected client id pump$/,
      mend: "The client id is not this identity's",
    },
    {
      name: 'claimed by somebody',
      arrange: ({ scene }) => refuse(scene, { clientId: 'pump' }),
      check: 'session',
      status: 'warning',
      detail: /from 10\.0\.0\.9 \(somebody who claimed to be it\)/,
    },
  ] satisfies readonly {
    readonly name: string
    readonly arrange: (place: Place) => unknown
    readonly check: string
    readonly status: string
    readonly detail: string | RegExp
    readonly mend?: string
  }[]) {
    test(name, async () => {
      const found = (await examine(arrange)).find((finding) => finding.name === check)
      expect(found).toMatchObject({ status, detail: expect.stringMatching(detail) })
      if (mend !== undefined) expect(found?.mend).toContain(mend)
    })
  }
})

test('one that is connected and was refused since is told both', async () => {
  const findings = await examine(({ scene, feed, live }) => {
    live.push(SEEN)
    feed.publish('device.connected', SEEN)
    scene.advance(1000)
    refuse(scene, { identity: 'device:pump' })
  })
  expect(findings.filter(({ name }) => name === 'session').map(({ status }) => status)).toEqual(['ok', 'warning'])
})

test('one that is well has nothing to be mended', async () => {
  const findings = await examine(async (place) => {
    await issue(place)
    place.live.push(SEEN)
  })
  expect(findings.map(({ status, mend }) => [status, mend])).toEqual(Array(3).fill(['ok', undefined]))
})

test('a service is told what is its own', async () => {
  const findings = await examine(
    ({ scene }) => scene.registry.services.change('pump', { state: 'suspended' }, true),
    'service',
  )
  expect(findings).toMatchObject([
    { detail: 'service pump is suspended', mend: expect.stringContaining('PATCH /api/services/pump') },
    { mend: expect.stringContaining('signet service add pump') },
    { name: 'session' },
  ])
})

function refuse({ registry }: Scene, presented: Readonly<Record<string, string>>): void {
  const expected = 'client id pump'
  registry.refusals.record({ address: '10.0.0.9', surface: 'mqtts', cause: 'client_id_wrong', presented, expected })
}
