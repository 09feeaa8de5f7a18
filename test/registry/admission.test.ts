import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { judgeChain } from '../../src/edge/chain-verdict.ts'
import { describeCertificate, type Peer } from '../../src/peer-identity.ts'
import type { RefusalCause } from '../../src/refusal.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createForeignCa } from '../support/certificate-maker.ts'
import { createScene, DAY_MS, peerOf, type Scene } from './registry-scene.ts'

describe('a device is let in', () => {
  test('for an active certificate of its own, as itself', async () => {
    using scene = await createScene()
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
    expect(scene.registry.admissions.admit(peerOf(certificate))).toEqual({
      admitted: true,
      identity: { kind: 'device', id: 'pump', userId: 'ann' },
      certificate,
    })
  })

  test('under any other active certificate of it as well', async () => {
    using scene = await createScene()
    for (let index = 0; index < 2; index++) await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    for (const certificate of scene.active('pump')) expect(judged(scene, peerOf(certificate))).toBe('admitted')
  })

  test('and is known by its certificate when it is gone, until it would be refused', async () => {
    using scene = await createScene()
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
    const { admissions, devices } = scene.registry
    expect(admissions.identityOf(certificate.fingerprint)).toEqual({ kind: 'device', id: 'pump', userId: 'ann' })
    expect(admissions.identityOf('unknown')).toBeUndefined()
    scene.advance(certificate.notAfter.getTime() - scene.clock().getTime() + 1000)
    expect(admissions.identityOf(certificate.fingerprint)).toMatchObject({ id: 'pump' })
    await devices.change('pump', { state: 'suspended' }, true)
    expect(admissions.identityOf(certificate.fingerprint)).toBeUndefined()
  })

  test('again after it was resumed', async () => {
    using scene = await createScene()
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    await scene.registry.devices.change('pump', { state: 'suspended' }, true)
    expect(judged(scene, peerOf(certificate))).toBe('identity_suspended')
    await scene.registry.devices.change('pump', { state: 'active' }, true)
    expect(judged(scene, peerOf(certificate))).toBe('admitted')
  })
})

test('a service is let in for its certificate, as itself, without a user', async () => {
  using scene = await createScene()
  scene.registry.services.create({ name: 'backend' }, true)
  const { certificate } = await scene.registry.certificates.issueToService('backend', {})
  expect(scene.registry.admissions.admit(peerOf(certificate))).toEqual({
    admitted: true,
    identity: { kind: 'service', id: 'backend', userId: undefined },
    certificate,
  })
})

interface Refused {
  readonly cause: RefusalCause
  readonly who: string
  readonly expected?: string
  /** Who comes to a hub in which the device `pump` is enrolled. */
  readonly arrange: (scene: Scene, certificate: Certificate) => Promise<Peer> | Peer
}

const REFUSED: readonly Refused[] = [
  { cause: 'certificate_missing', who: 'nobody', arrange: () => ({}) },
  {
    cause: 'issuer_unknown',
    who: 'a stranger with the CN of a device',
    arrange: async (scene) => judgedPeer(scene, (await madeBy('CN=Somebody', ['pump'])).cert),
  },
  {
    cause: 'certificate_signature_invalid',
    who: 'a forger under the name of our CA',
    arrange: async (scene) => judgedPeer(scene, (await madeBy(scene.authority.subject, ['pump'])).cert),
  },
  {
    cause: 'certificate_signature_invalid',
    who: 'a forger whose certificate has expired, of which OpenSSL says only that',
    arrange: async (scene) => {
      const dates = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') }
      return judgedPeer(scene, (await madeBy(scene.authority.subject, ['pump'], dates)).cert)
    },
  },
  { cause: 'purpose_wrong', who: 'a server', arrange: (_, certificate) => peerOf(certificate, 'purpose_wrong') },
  { cause: 'chain_invalid', who: 'a broken chain', arrange: (_, certificate) => peerOf(certificate, 'chain_invalid') },
  {
    cause: 'certificate_unknown',
    who: 'one whom our CA signed and the registry does not hold',
    arrange: async ({ authority }) => peerOf((await authority.issueDevice('pump', 'default', {})).certificatePem),
  },
  {
    cause: 'certificate_expired',
    who: 'one whom the registry does not hold, past its date',
    expected: 'a certificate valid at ',
    arrange: async ({ authority, advance }) => {
      const { certificatePem } = await authority.issueDevice('pump', 'default', {})
      advance(366 * DAY_MS)
      return peerOf(certificatePem)
    },
  },
  {
    cause: 'certificate_revoked',
    who: 'a revoked device',
    arrange: async ({ registry }, certificate) => {
      await registry.certificates.revokeDevice('pump', 'keyCompromise')
      return peerOf(certificate)
    },
  },
  {
    cause: 'certificate_revoked',
    who: 'a revoked device whose certificate has expired since',
    arrange: async ({ registry, advance }, certificate) => {
      await registry.certificates.revokeDevice('pump', 'keyCompromise')
      advance(366 * DAY_MS)
      return peerOf(certificate)
    },
  },
  {
    cause: 'certificate_superseded',
    expected: ' of device pump',
    who: 'a device with the certificate before the one that has taken over',
    arrange: async ({ registry }, certificate) => {
      await registry.certificates.issueToDevice({ deviceId: 'pump', onExisting: 'replace' })
      return peerOf(certificate)
    },
  },
  {
    cause: 'certificate_superseded',
    expected: ' of device pump',
    who: 'a device with a certificate whose overlap is over, before anything swept it up',
    arrange: async ({ registry, advance }, certificate) => {
      await registry.certificates.issueToDevice({ deviceId: 'pump', overlapHours: 24 })
      advance(DAY_MS)
      return peerOf(certificate)
    },
  },
  {
    cause: 'certificate_expired',
    who: 'a device past the notAfter of its certificate',
    expected: 'a certificate valid at ',
    arrange: ({ advance }, certificate) => {
      advance(366 * DAY_MS)
      return peerOf(certificate)
    },
  },
  {
    cause: 'certificate_not_yet_valid',
    who: 'a device before the notBefore of its certificate',
    expected: 'a certificate valid at ',
    arrange: ({ advance }, certificate) => {
      advance(-DAY_MS)
      return peerOf(certificate)
    },
  },
  {
    cause: 'common_name_wrong',
    who: 'a certificate recorded for another id',
    expected: 'CN=valve',
    arrange: (scene) => registered(scene, 'valve', ['pump']),
  },
  {
    cause: 'common_name_wrong',
    who: 'a certificate with two CNs',
    expected: 'CN=valve',
    arrange: (scene) => registered(scene, 'valve', ['valve', 'admin']),
  },
  {
    cause: 'common_name_wrong',
    who: 'a certificate without a CN',
    expected: 'CN=valve',
    arrange: (scene) => registered(scene, 'valve', []),
  },
  {
    cause: 'common_name_wrong',
    who: 'a certificate whose CN differs in case',
    expected: 'CN=valve',
    arrange: (scene) => registered(scene, 'valve', ['Valve']),
  },
  {
    cause: 'certificate_kind_wrong',
    who: 'a server with a certificate of ours',
    arrange: (scene) => registered(scene, 'valve', ['valve'], 'server'),
  },
  {
    cause: 'certificate_kind_wrong',
    who: 'an administrator',
    arrange: (scene) => registered(scene, 'valve', ['valve'], 'administrator'),
  },
  {
    cause: 'certificate_unknown',
    who: 'a device that is registered in other case',
    arrange: (scene) => registered(scene, 'VALVE', ['VALVE']),
  },
  {
    cause: 'certificate_unknown',
    who: 'a service that does not exist',
    arrange: (scene) => registered(scene, 'valve', ['valve'], 'service'),
  },
  {
    cause: 'certificate_revoked',
    who: 'a removed device',
    arrange: async ({ registry }, certificate) => {
      await registry.devices.remove('pump')
      return peerOf(certificate)
    },
  },
  {
    cause: 'certificate_revoked',
    who: 'a removed device whose id was given to a new one',
    arrange: async ({ registry }, certificate) => {
      await registry.devices.remove('pump')
      await registry.certificates.issueToDevice({ deviceId: 'pump' })
      return peerOf(certificate)
    },
  },
  {
    cause: 'identity_suspended',
    expected: ' in the state active',
    who: 'a suspended device',
    arrange: async ({ registry }, certificate) => {
      await registry.devices.change('pump', { state: 'suspended' }, true)
      return peerOf(certificate)
    },
  },
  {
    cause: 'identity_suspended',
    expected: ' in the state active',
    who: 'a suspended service',
    arrange: async ({ registry }) => {
      registry.services.create({ name: 'backend' }, true)
      const { certificate } = await registry.certificates.issueToService('backend', {})
      await registry.services.change('backend', { state: 'suspended' }, true)
      return peerOf(certificate)
    },
  },
]

describe('refused with its cause, and with what was presented, and nothing changes:', () => {
  for (const { cause, who, expected, arrange } of REFUSED) {
    test(`${cause}: ${who}`, async () => {
      using scene = await createScene()
      const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      scene.registry.devices.create({ deviceId: 'valve' }, true)
      const peer = await arrange(scene, certificate)
      const before = scene.database.sqlite.serialize()
      const admission = scene.registry.admissions.admit(peer)
      expect(admission).toMatchObject({ admitted: false, cause })
      expect(admission).toHaveProperty('presented', presentedBy(peer, identityOf(scene, peer)))
      if (expected !== undefined) expect(admission).toHaveProperty('expected', expect.stringContaining(expected))
      expect(scene.database.sqlite.serialize().equals(before)).toBe(true)
    })
  }
})

// RFC 5280 §4.1.2.5: the period includes both ends
describe("dates are judged by the hub's clock:", () => {
  for (const { name, end, shift, expected } of [
    { name: 'at notBefore', end: 'notBefore', shift: 0, expected: 'admitted' },
    { name: 'a millisecond before notBefore', end: 'notBefore', shift: -1, expected: 'certificate_not_yet_valid' },
    { name: 'at notAfter', end: 'notAfter', shift: 0, expected: 'admitted' },
    { name: 'a millisecond after notAfter', end: 'notAfter', shift: 1, expected: 'certificate_expired' },
  ] as const) {
    test(`${name}: ${expected}`, async () => {
      using scene = await createScene()
      const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      scene.advance(certificate[end].getTime() + shift - scene.clock().getTime())
      expect(judged(scene, peerOf(certificate))).toBe(expected)
    })
  }

  test('the clock is told to who is refused', async () => {
    using scene = await createScene()
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    scene.advance(-DAY_MS)
    expect(scene.registry.admissions.admit(peerOf(certificate))).toMatchObject({
      expected: expect.stringContaining(scene.clock().toISOString()),
    })
  })
})

function judged({ registry }: Scene, peer: Peer): string {
  const admission = registry.admissions.admit(peer)
  return admission.admitted ? 'admitted' : admission.cause
}

/** Whose record it is: a stranger's word is nobody's. */
function identityOf({ stores }: Scene, peer: Peer): string | undefined {
  if (!peer.certificate || peer.chain !== 'trusted') return undefined
  const known = stores.certificates.findByFingerprint(peer.certificate.fingerprint)
  return known ? `${known.kind}:${known.subjectId}` : undefined
}

function presentedBy({ certificate }: Peer, identity: string | undefined): Readonly<Record<string, string>> {
  if (!certificate) return {}
  return { ...(identity === undefined ? {} : { identity }), ...describeCertificate(certificate) }
}

async function madeBy(ca: string, commonNames: readonly string[], dates: { notBefore?: Date; notAfter?: Date } = {}) {
  return (await createForeignCa(ca)).make({ commonNames, ...dates })
}

/** As the handshake leaves it: judged by the key of our CA. */
function judgedPeer({ authority }: Scene, pem: string): Peer {
  return peerOf(pem, judgeChain(new X509Certificate(pem), [authority.certificate]))
}

/** A certificate in the registry that the CA's profiles would not have made. */
async function registered(
  { stores, clock }: Scene,
  subjectId: string,
  commonNames: readonly string[],
  kind: Certificate['kind'] = 'device',
): Promise<Peer> {
  const dates = { notBefore: new Date(clock().getTime() - DAY_MS), notAfter: new Date(clock().getTime() + DAY_MS) }
  const { cert: pem } = await madeBy('CN=Root', commonNames, dates)
  const { fingerprint256: fingerprint, serialNumber } = new X509Certificate(pem)
  stores.certificates.insert({
    id: crypto.randomUUID(),
    kind,
    subjectId,
    fingerprint,
    serialNumber,
    pem,
    ...dates,
    createdAt: clock(),
    firstSeenAt: undefined,
    retiresAt: undefined,
    revokedAt: undefined,
    revocationReason: undefined,
  })
  return peerOf(pem)
}
