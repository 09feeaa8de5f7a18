import { describe, expect, test } from 'vitest'
import type { EmqxAction } from '../../src/registry/emqx-authorizer.ts'
import { createScene, DAY_MS, type Scene } from './registry-scene.ts'

const EMQX = '192.0.2.1'
const OWN = 'users/ann/devices/pump'
const PUBLISH = { clientid: 'pump', cert_common_name: 'pump', action: 'publish', topic: `${OWN}/a` } as const
/** Without its CN. */
const NAMELESS = { clientid: 'pump', action: 'publish', topic: PUBLISH.topic } as const
const SUBSCRIBE = { ...PUBLISH, action: 'subscribe', topic: `${OWN}/#` } as const

describe('EMQX is told that a client may', () => {
  for (const { name, action } of [
    { name: 'publish under its own topics', action: PUBLISH },
    { name: 'subscribe to its own topics', action: SUBSCRIBE },
    { name: 'subscribe to a part of them', action: { ...SUBSCRIBE, topic: `${OWN}/+/x` } },
    { name: 'share a subscription to them', action: { ...SUBSCRIBE, topic: `$share/group/${OWN}/#` } },
    { name: 'share one in the old form of EMQX', action: { ...SUBSCRIBE, topic: `$queue/${OWN}/#` } },
    { name: 'act under a suffix', action: { ...PUBLISH, clientid: 'pump:1' } },
    { name: 'act under a client id recorded for it', action: { ...PUBLISH, clientid: 'legacy' } },
    { name: 'act without its CN being sent', action: NAMELESS },
    {
      name: 'act under a suffix without its CN',
      action: { ...NAMELESS, clientid: 'pump:1' },
    },
    {
      name: 'act under any client id as a service, known by its CN',
      action: { clientid: 'anything', cert_common_name: 'backend', action: 'publish', topic: 'jobs/1' },
    },
  ] satisfies { name: string; action: EmqxAction }[]) {
    test(name, async () => {
      using place = await createPlace()
      expect(place.ask(action)).toEqual({ result: 'allow' })
      expect(place.refusals()).toEqual([])
    })
  }
})

describe('EMQX is told no, and the refusal is recorded:', () => {
  for (const { name, action, cause } of [
    { name: 'what could not be read', action: undefined, cause: 'emqx_body_invalid' },
    {
      name: 'an unknown client',
      action: { ...NAMELESS, clientid: 'x' },
      cause: 'emqx_client_unknown',
    },
    { name: 'an unknown CN', action: { ...PUBLISH, cert_common_name: 'x' }, cause: 'emqx_client_unknown' },
    { name: 'no client id', action: { ...PUBLISH, clientid: '' }, cause: 'emqx_client_unknown' },
    { name: 'nobody', action: { action: 'publish', topic: 'a' }, cause: 'emqx_client_unknown' },
    { name: "another's client id", action: { ...PUBLISH, clientid: 'valve' }, cause: 'client_id_wrong' },
    {
      name: "a publish to another's topic",
      action: { ...PUBLISH, topic: 'users/ann/devices/valve/a' },
      cause: 'publish_denied',
    },
    { name: 'a publish to a filter', action: { ...PUBLISH, topic: `${OWN}/+` }, cause: 'publish_denied' },
    { name: 'a publish to $SYS', action: { ...PUBLISH, topic: '$SYS/a' }, cause: 'publish_denied' },
    { name: 'a publish to nothing', action: { ...PUBLISH, topic: '' }, cause: 'publish_denied' },
    { name: 'a subscription to everything', action: { ...SUBSCRIBE, topic: '#' }, cause: 'subscribe_denied' },
    { name: 'one to $SYS', action: { ...SUBSCRIBE, topic: '$SYS/#' }, cause: 'subscribe_denied' },
    { name: 'a shared one to everything', action: { ...SUBSCRIBE, topic: '$share/g/#' }, cause: 'subscribe_denied' },
    { name: 'a shared one to nothing', action: { ...SUBSCRIBE, topic: '$share/g/' }, cause: 'subscribe_denied' },
    { name: 'a filter that is none', action: { ...SUBSCRIBE, topic: `${OWN}/#/x` }, cause: 'subscribe_denied' },
  ] satisfies { name: string; action: EmqxAction | undefined; cause: string }[]) {
    test(`${cause}: ${name}`, async () => {
      using place = await createPlace()
      expect(place.ask(action)).toEqual({ result: 'deny' })
      expect(place.refusals()).toMatchObject([{ address: EMQX, surface: 'emqx', cause }])
    })
  }

  for (const { cause, arrange } of [
    {
      cause: 'certificate_revoked',
      arrange: ({ registry }) => registry.certificates.revokeDevice('pump', 'keyCompromise'),
    },
    { cause: 'certificate_expired', arrange: (scene) => scene.advance(366 * DAY_MS) },
    {
      cause: 'identity_suspended',
      arrange: ({ registry }) => registry.devices.change('pump', { state: 'suspended' }, true),
    },
    { cause: 'certificate_revoked', arrange: ({ registry }) => registry.devices.remove('pump') },
  ] satisfies { cause: string; arrange: (scene: Scene) => unknown }[]) {
    test(`${cause}: a client that EMQX has kept`, async () => {
      using place = await createPlace()
      await arrange(place.scene)
      expect(place.ask(PUBLISH)).toEqual({ result: 'deny' })
      expect(place.refusals()).toMatchObject([{ cause }])
    })
  }
})

test('a device whose older certificate was revoked goes on with the newer one', async () => {
  using place = await createPlace()
  await place.scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
  await place.scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
  expect(place.ask(PUBLISH)).toEqual({ result: 'allow' })
})

test('a subscription that would bring what is denied is refused: EMQX checks no delivery', async () => {
  using place = await createPlace()
  const { policies, devices } = place.scene.registry
  policies.put({
    name: 'most',
    rules: [
      { effect: 'allow', actions: ['subscribe'], topicFilter: 'plant/#' },
      { effect: 'deny', actions: ['subscribe'], topicFilter: 'plant/secret' },
    ],
    clientId: 'own',
  })
  await devices.change('pump', { policies: ['most'] }, true)
  const results = ['plant/#', 'plant/+', 'plant/secret', 'plant/open', 'plant/open/#'].map(
    (topic) => place.ask({ ...SUBSCRIBE, topic }).result,
  )
  expect(results).toEqual(['deny', 'deny', 'deny', 'allow', 'allow'])
})

test('a right that was taken away is gone at the next question', async () => {
  using place = await createPlace()
  expect(place.ask(PUBLISH)).toEqual({ result: 'allow' })
  place.scene.registry.policies.put({ name: 'device', rules: [], clientId: 'own' })
  expect(place.ask(PUBLISH)).toEqual({ result: 'deny' })
})

test('what is recorded names the client, what it asked for, and who it is', async () => {
  using place = await createPlace()
  place.ask({ ...PUBLISH, username: 'ann', topic: 'elsewhere' })
  expect(place.refusals()[0]?.presented).toEqual({
    clientId: 'pump',
    userName: 'ann',
    commonName: 'pump',
    topic: 'elsewhere',
    identity: 'device:pump',
  })
})

async function createPlace() {
  const scene = await createScene()
  const { devices, services, certificates, emqx, refusals } = scene.registry
  devices.create({ deviceId: 'pump', userId: 'ann', clientIds: ['legacy'] }, true)
  devices.create({ deviceId: 'valve', userId: 'ann' }, true)
  services.create({ name: 'backend', allow: ['jobs/#'] }, true)
  await certificates.issueToDevice({ deviceId: 'pump' })
  await certificates.issueToService('backend', {})
  return {
    scene,
    ask: (action: EmqxAction | undefined) => emqx.authorize(action, EMQX),
    refusals: () => refusals.list(),
    [Symbol.dispose]: () => scene[Symbol.dispose](),
  }
}
