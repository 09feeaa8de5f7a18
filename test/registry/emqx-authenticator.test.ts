import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { RefusalCause } from '../../src/refusal.ts'
import type { EmqxConnect } from '../../src/registry/emqx-authenticator.ts'
import { createForeignCa } from '../support/certificate-maker.ts'
import { createScene, DAY_MS, type Scene } from './registry-scene.ts'

const EMQX = '192.0.2.1'
const DENY = { result: 'deny', is_superuser: false }
const OWN = 'users/ann/devices/pump/#'

const SPELLINGS: readonly { name: string; spell: (pem: string) => string }[] = [
  { name: 'base64 of the DER, as EMQX sends it', spell: (pem) => der(pem).toString('base64') },
  { name: 'base64 of the DER in lines', spell: (pem) => pem.split('\n').slice(1, -2).join('\n') },
  { name: 'PEM', spell: (pem) => pem },
  { name: 'PEM with Windows line ends', spell: (pem) => pem.replaceAll('\n', '\r\n') },
  { name: 'PEM with its line ends escaped', spell: (pem) => pem.replaceAll('\n', '\\n') },
  { name: 'PEM with a chain behind it', spell: (pem) => `${pem}${pem}` },
  { name: 'PEM with text before it', spell: (pem) => `subject=CN=pump\n${pem}` },
  { name: 'PEM whose line ends became spaces', spell: (pem) => pem.replaceAll('\n', ' ') },
  { name: 'PEM whose plus signs became spaces', spell: (pem) => pem.replaceAll('+', ' ') },
  { name: 'base64 whose plus signs became spaces', spell: (pem) => der(pem).toString('base64').replaceAll('+', ' ') },
  { name: 'base64 of PEM', spell: (pem) => Buffer.from(pem).toString('base64') },
]

describe('a device that EMQX asks about is allowed in, with the certificate as', () => {
  for (const { name, spell } of SPELLINGS) {
    test(name, async () => {
      using place = await createPlace()
      const { pem, notAfter } = place.device
      expect(place.ask({ clientid: 'pump', cert_common_name: 'pump', cert_pem: spell(pem) })).toEqual({
        result: 'allow',
        is_superuser: false,
        client_attrs: { user: 'ann' },
        expire_at: notAfter.getTime() / 1000,
        acl: [
          { permission: 'allow', action: 'all', topic: OWN },
          { permission: 'deny', action: 'all', topic: '#' },
        ],
      })
      expect(place.scene.registry.refusals.list()).toEqual([])
    })
  }
})

describe('the client id EMQX names obeys the client id rule:', () => {
  for (const { clientid, cause } of [
    { clientid: 'pump', cause: undefined },
    { clientid: 'pump:1', cause: undefined },
    { clientid: 'legacy', cause: undefined },
    { clientid: 'valve', cause: 'client_id_wrong' },
    { clientid: 'valve:1', cause: 'client_id_wrong' },
    { clientid: 'anything', cause: 'client_id_wrong' },
    { clientid: '', cause: 'client_id_missing' },
    { clientid: undefined, cause: 'client_id_missing' },
  ] as const) {
    test(`${clientid ?? 'none'} is ${cause ?? 'allowed'}`, async () => {
      using place = await createPlace()
      const verdict = place.ask({ ...(clientid === undefined ? {} : { clientid }), cert_pem: place.device.pem })
      expect(verdict).toMatchObject(cause ? DENY : { result: 'allow' })
      expect(place.scene.registry.refusals.list().map((refusal) => refusal.cause)).toEqual(cause ? [cause] : [])
    })
  }
})

interface Denied {
  readonly cause: RefusalCause
  readonly who: string
  readonly ask: (place: Place) => Promise<EmqxConnect> | EmqxConnect | undefined
}

const DENIED: readonly Denied[] = [
  { cause: 'emqx_body_empty', who: 'nothing at all', ask: () => ({}) },
  {
    cause: 'emqx_body_empty',
    who: 'empty strings',
    ask: () => ({ clientid: '', username: '', cert_common_name: '', cert_subject: '', cert_pem: '' }),
  },
  { cause: 'emqx_body_invalid', who: 'what cannot be read', ask: () => undefined },
  { cause: 'emqx_body_empty', who: 'a user name alone', ask: () => ({ username: 'pump' }) },
  { cause: 'certificate_missing', who: 'no certificate', ask: () => ({ clientid: 'pump', cert_pem: '' }) },
  {
    cause: 'certificate_missing',
    who: 'a CN alone',
    ask: () => ({ clientid: 'pump', cert_common_name: 'pump', cert_subject: 'CN=pump' }),
  },
  { cause: 'chain_invalid', who: 'no certificate but text', ask: () => ({ clientid: 'pump', cert_pem: 'hello' }) },
  { cause: 'chain_invalid', who: 'text that is no base64', ask: () => ({ clientid: 'pump', cert_pem: '😀' }) },
  {
    cause: 'chain_invalid',
    who: 'a certificate cut short',
    ask: ({ device }) => ({ clientid: 'pump', cert_pem: der(device.pem).subarray(0, 99).toString('base64') }),
  },
  {
    cause: 'chain_invalid',
    who: 'PEM armour around nothing',
    ask: () => ({ clientid: 'pump', cert_pem: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' }),
  },
  {
    cause: 'issuer_unknown',
    who: 'a certificate of another CA',
    ask: async () => ({ clientid: 'pump', cert_pem: await foreign('CN=Somebody') }),
  },
  {
    cause: 'certificate_signature_invalid',
    who: 'a forgery under the name of our CA',
    ask: async ({ scene }) => ({ clientid: 'pump', cert_pem: await foreign(scene.authority.subject) }),
  },
  {
    cause: 'purpose_wrong',
    who: 'a certificate of a server',
    ask: async ({ scene }) => ({
      clientid: 'pump',
      cert_pem: (await scene.authority.issueServer(['pump'])).certificatePem,
    }),
  },
  {
    cause: 'certificate_revoked',
    who: 'a revoked certificate',
    async ask({ scene, device }) {
      await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
      return { clientid: 'pump', cert_pem: device.pem }
    },
  },
  {
    cause: 'certificate_expired',
    who: 'an expired certificate',
    ask({ scene, device }) {
      scene.advance(366 * DAY_MS)
      return { clientid: 'pump', cert_pem: device.pem }
    },
  },
  {
    cause: 'identity_suspended',
    who: 'a suspended device',
    async ask({ scene, device }) {
      await scene.registry.devices.change('pump', { state: 'suspended' }, true)
      return { clientid: 'pump', cert_pem: device.pem }
    },
  },
  {
    cause: 'common_name_wrong',
    who: "a CN that is not the certificate's",
    ask: ({ device }) => ({ clientid: 'pump', cert_common_name: 'valve', cert_pem: device.pem }),
  },
]

describe('denied, and recorded with its cause:', () => {
  for (const { cause, who, ask } of DENIED) {
    test(`${cause}: ${who}`, async () => {
      using place = await createPlace()
      expect(place.ask(await ask(place))).toEqual(DENY)
      expect(place.scene.registry.refusals.list()).toMatchObject([{ address: EMQX, surface: 'emqx', cause }])
    })
  }
})

describe('what is recorded', () => {
  test('names the client, and the certificate it came with', async () => {
    using place = await createPlace()
    await place.scene.registry.certificates.revokeDevice('pump', 'unspecified')
    place.ask({
      clientid: 'pump',
      username: 'ann',
      cert_subject: 'CN=pump',
      cert_common_name: 'pump',
      cert_pem: place.device.pem,
    })
    expect(place.scene.registry.refusals.list()[0]?.presented).toMatchObject({
      clientId: 'pump',
      userName: 'ann',
      subject: 'CN=pump',
      commonName: 'pump',
      fingerprint: place.device.fingerprint,
    })
  })

  test('is told for each device: they all come from the one address of EMQX', async () => {
    using place = await createPlace()
    const { certificate } = await place.scene.registry.certificates.issueToDevice({ deviceId: 'valve' })
    for (const { pem } of [place.device, certificate]) {
      place.ask({ clientid: 'wrong', cert_pem: pem })
      place.ask({ clientid: '', cert_pem: pem })
    }
    for (const deviceId of ['pump', 'valve']) {
      await place.scene.registry.certificates.revokeDevice(deviceId, 'unspecified')
    }
    for (const { pem } of [place.device, certificate]) place.ask({ clientid: 'any', cert_pem: pem })
    expect(place.scene.registry.refusals.list()).toHaveLength(6)
  })

  test('says what was expected', async () => {
    using place = await createPlace()
    place.ask({ clientid: 'valve', cert_pem: place.device.pem })
    place.ask({ clientid: 'pump', cert_common_name: 'x', cert_pem: place.device.pem })
    place.ask({ clientid: 'pump' })
    expect(place.scene.registry.refusals.list().map(({ expected }) => expected)).toEqual([
      'cert_pem = "${cert_pem}" in the body, from EMQX 5.7.1 or newer',
      'CN=pump',
      'pump',
    ])
  })
})

describe('believing a CN alone', () => {
  test('is allowed where the administrator says so, and marked weak', async () => {
    using place = await createPlace({ allowCommonNameOnly: true })
    expect(place.ask({ clientid: 'pump', cert_common_name: 'pump' })).toMatchObject({
      result: 'allow',
      client_attrs: { user: 'ann', assurance: 'weak' },
      expire_at: place.device.notAfter.getTime() / 1000,
    })
  })

  test('does not weaken a certificate that is there', async () => {
    using place = await createPlace({ allowCommonNameOnly: true })
    const { client_attrs } = place.ask({ clientid: 'pump', cert_common_name: 'pump', cert_pem: place.device.pem })
    expect(client_attrs).toEqual({ user: 'ann' })
    expect(place.ask({ clientid: 'pump', cert_common_name: 'pump', cert_pem: 'hello' })).toEqual(DENY)
  })

  test('finds the certificate that is good among those that are not', async () => {
    using place = await createPlace({ allowCommonNameOnly: true })
    await place.scene.registry.certificates.revokeDevice('pump', 'unspecified')
    expect(place.ask({ clientid: 'pump', cert_common_name: 'pump' })).toEqual(DENY)
    await place.scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    expect(place.ask({ clientid: 'pump', cert_common_name: 'pump' })).toMatchObject({ result: 'allow' })
  })

  for (const { name, connect, cause } of [
    { name: 'no CN', connect: { clientid: 'pump' }, cause: 'certificate_missing' },
    { name: 'an unknown CN', connect: { clientid: 'x', cert_common_name: 'x' }, cause: 'certificate_unknown' },
    {
      name: 'a CN in other case',
      connect: { clientid: 'pump', cert_common_name: 'PUMP' },
      cause: 'certificate_unknown',
    },
    { name: 'a service', connect: { clientid: 'backend', cert_common_name: 'backend' }, cause: 'certificate_unknown' },
    { name: "another's client id", connect: { clientid: 'valve', cert_common_name: 'pump' }, cause: 'client_id_wrong' },
  ] as const) {
    test(`is denied, ${cause}: ${name}`, async () => {
      using place = await createPlace({ allowCommonNameOnly: true })
      await place.scene.registry.certificates.issueToService('backend', {})
      expect(place.ask(connect)).toEqual(DENY)
      expect(place.scene.registry.refusals.list()).toMatchObject([{ cause }])
    })
  }
})

describe('the rules EMQX is given', () => {
  test('stand with every deny first and end with a deny of everything: EMQX takes the first that matches', async () => {
    using place = await createPlace()
    place.scene.registry.policies.put({
      name: 'mixed',
      rules: [
        { effect: 'allow', actions: ['publish'], topicFilter: 'up/{device}' },
        { effect: 'deny', actions: ['subscribe', 'publish'], topicFilter: 'secret/#' },
        { effect: 'allow', actions: ['subscribe'], topicFilter: 'down/{user}/+' },
        { effect: 'deny', actions: ['subscribe'], topicFilter: 'down/x/y' },
      ],
      clientId: 'own',
    })
    await place.scene.registry.devices.change('pump', { policies: ['mixed'] }, true)
    expect(place.ask({ clientid: 'pump', cert_pem: place.device.pem }).acl).toEqual([
      { permission: 'deny', action: 'all', topic: 'secret/#' },
      { permission: 'deny', action: 'subscribe', topic: 'down/x/y' },
      { permission: 'allow', action: 'publish', topic: 'up/pump' },
      { permission: 'deny', action: 'subscribe', topic: 'eq down/ann/#' },
      { permission: 'allow', action: 'subscribe', topic: 'down/ann/+' },
      { permission: 'deny', action: 'all', topic: '#' },
    ])
  })

  test('to a service without a policy are a deny of everything', async () => {
    using place = await createPlace()
    const { certificate } = await place.scene.registry.certificates.issueToService('backend', {})
    expect(place.ask({ clientid: 'anything', cert_pem: certificate.pem })).toMatchObject({
      result: 'allow',
      client_attrs: { user: '' },
      acl: [{ permission: 'deny', action: 'all', topic: '#' }],
    })
  })
})

interface Place extends Disposable {
  readonly scene: Scene
  /** The certificate of `pump`, which belongs to ann and has the client id `legacy`. */
  readonly device: { readonly pem: string; readonly fingerprint: string; readonly notAfter: Date }
  ask(connect: EmqxConnect | undefined): ReturnType<Scene['registry']['emqx']['authenticate']>
}

async function createPlace({ allowCommonNameOnly = false } = {}): Promise<Place> {
  const scene = await createScene({ allowCommonNameOnly: () => allowCommonNameOnly })
  const { devices, services, certificates, emqx } = scene.registry
  devices.create({ deviceId: 'pump', userId: 'ann', clientIds: ['legacy'] }, true)
  devices.create({ deviceId: 'valve' }, true)
  services.create({ name: 'backend' }, true)
  const { certificate: device } = await certificates.issueToDevice({ deviceId: 'pump' })
  return {
    scene,
    device,
    ask: (connect) => emqx.authenticate(connect, EMQX),
    [Symbol.dispose]: () => scene[Symbol.dispose](),
  }
}

function der(pem: string): Buffer {
  return new X509Certificate(pem).raw
}

async function foreign(name: string): Promise<string> {
  return (await (await createForeignCa(name)).make({ commonNames: ['pump'] })).cert
}

test('the first connection of a new certificate through EMQX ends the one before, as one through the hub does', async () => {
  using place = await createPlace()
  const { registry, settle } = place.scene
  const renewed = await registry.certificates.issueToDevice({ deviceId: 'pump' })
  expect(registry.certificates.validate(place.device.fingerprint)).toMatchObject({ valid: true })

  expect(place.ask({ clientid: 'pump', cert_pem: renewed.certificate.pem })).toMatchObject({ result: 'allow' })
  await settle()

  expect(registry.certificates.validate(place.device.fingerprint)).toMatchObject({
    valid: false,
    reason: 'certificate_superseded',
  })
})
