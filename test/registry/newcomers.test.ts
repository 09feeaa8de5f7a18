import { describe, expect, test } from 'vitest'
import type { Peer } from '../../src/peer-identity.ts'
import type { UnknownCertificatePolicy } from '../../src/registry/newcomers.ts'
import { createScene, NOON, peerOf, type Scene } from './registry-scene.ts'

const AUTO: UnknownCertificatePolicy = { mode: 'auto', owner: 'default' }
const PENDING: UnknownCertificatePolicy = { mode: 'pending', owner: 'default' }

/** A certificate that our CA signed and the registry does not hold. */
async function strange(scene: Scene, id: string, subject = `CN=${id}`): Promise<Peer> {
  const { certificatePem } = await scene.authority.issueDevice(id, 'nobody', {})
  const peer = peerOf(certificatePem)
  return peer.certificate ? { ...peer, certificate: { ...peer.certificate, subject } } : peer
}

function fingerprintOf({ certificate }: Peer): string {
  return certificate?.fingerprint ?? ''
}

function judged({ registry }: Scene, peer: Peer): string {
  const admission = registry.admissions.admit(peer)
  return admission.admitted ? `${admission.identity.id} of ${admission.identity.userId}` : admission.cause
}

describe('a certificate of our CA that nobody registered', () => {
  test('is refused, and nothing is kept of it', async () => {
    using scene = await createScene()
    const peer = await strange(scene, 'pump')
    expect(judged(scene, peer)).toBe('certificate_unknown')
    expect(scene.stores.certificates.findByFingerprint(fingerprintOf(peer))).toBeUndefined()
  })

  test('is registered as a device under auto, and let in at once', async () => {
    using scene = await createScene({ unknownCertificates: AUTO })
    const peer = await strange(scene, 'pump')
    expect(judged(scene, peer)).toBe('pump of default')
    expect(scene.registry.devices.get('pump')).toMatchObject({ userId: 'default', state: 'active' })
    const [certificate] = scene.stores.certificates.listOf('device', 'pump')
    expect(certificate).toMatchObject({ origin: 'presented', notAfter: peer.certificate?.notAfter, subject: 'CN=pump' })
    expect(judged(scene, peer)).toBe('pump of default')
    expect(scene.stores.certificates.listOf('device', 'pump')).toHaveLength(1)
  })

  for (const { name, owner, subject, expected } of [
    { name: 'the OU', owner: '{OU}', subject: 'OU=ann\nCN=pump', expected: 'pump of ann' },
    { name: 'the O', owner: '{O}', subject: 'O=ben\nOU=ann\nCN=pump', expected: 'pump of ben' },
    { name: 'a fixed user', owner: 'fleet', subject: 'OU=ann\nCN=pump', expected: 'pump of fleet' },
    { name: 'nobody, without that attribute', owner: '{OU}', subject: 'CN=pump', expected: 'certificate_pending' },
    { name: 'nobody, with two', owner: '{OU}', subject: 'OU=a\nOU=b\nCN=pump', expected: 'certificate_pending' },
    { name: 'nobody, when it is no id', owner: '{OU}', subject: 'OU=a b\nCN=pump', expected: 'certificate_pending' },
  ]) {
    test(`belongs to ${name}`, async () => {
      using scene = await createScene({ unknownCertificates: { mode: 'auto', owner } })
      expect(judged(scene, await strange(scene, 'pump', subject))).toBe(expected)
    })
  }

  for (const { name, arrange } of [
    {
      name: 'that exists',
      arrange: ({ registry }: Scene) => void registry.devices.create({ deviceId: 'pump' }, true),
    },
    {
      name: 'that exists in other letters',
      arrange: ({ registry }: Scene) => void registry.devices.create({ deviceId: 'PUMP' }, true),
    },
    {
      name: 'that is a client id of another device',
      arrange: ({ registry }: Scene) => void registry.devices.create({ deviceId: 'd', clientIds: ['pump'] }, true),
    },
    {
      name: 'of a device that was deleted',
      arrange: async ({ registry }: Scene) => {
        await registry.certificates.issueToDevice({ deviceId: 'pump' })
        await registry.devices.remove('pump')
      },
    },
    {
      name: 'whose owner differs from a user only in case',
      arrange: ({ registry }: Scene) => void registry.devices.create({ deviceId: 'd', userId: 'DEFAULT' }, true),
    },
  ]) {
    test(`waits for approval even under auto when it names a device ${name}`, async () => {
      using scene = await createScene({ unknownCertificates: AUTO })
      await arrange(scene)
      expect(judged(scene, await strange(scene, 'pump'))).toBe('certificate_pending')
    })
  }

  test('never becomes a service, nor a device of a name that is no id', async () => {
    using scene = await createScene({ unknownCertificates: AUTO })
    scene.registry.services.create({ name: 'backend' }, true)
    for (const id of ['backend', 'a b', 'self'])
      expect(judged(scene, await strange(scene, id))).toBe('certificate_unknown')
  })

  test('never comes back under auto once it was revoked', async () => {
    using scene = await createScene({ unknownCertificates: AUTO })
    const peer = await strange(scene, 'pump')
    judged(scene, peer)
    await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
    expect(judged(scene, peer)).toBe('certificate_revoked')
    await scene.registry.devices.remove('pump')
    expect(judged(scene, peer)).toBe('certificate_revoked')
  })

  test('waits for approval under pending, is kept once, and makes no device', async () => {
    using scene = await createScene({ unknownCertificates: PENDING })
    const peer = await strange(scene, 'pump')
    for (let attempt = 0; attempt < 2; attempt++) expect(judged(scene, peer)).toBe('certificate_pending')
    const page = await scene.registry.certificates.list({ limit: 10, state: 'pending' })
    expect(page.items).toMatchObject([
      { state: 'pending', certificate: { subjectId: 'pump', pendingSince: NOON, fingerprint: fingerprintOf(peer) } },
    ])
    expect(scene.stores.devices.find('pump')).toBeUndefined()
    expect(() => scene.registry.certificates.latestOf('pump')).toThrow(/No certificate/)
  })

  test('is not kept beyond ten thousand that wait', async () => {
    using scene = await createScene({ unknownCertificates: PENDING })
    const peer = await strange(scene, 'pump')
    scene.database.sqlite.exec(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000)
      insert into certificates (id, kind, subject_id, fingerprint, pending_since, created_at)
      select 'id' || i, 'device', 'd' || i, 'f' || i, 0, 0 from n`)
    expect(judged(scene, peer)).toBe('certificate_unknown')
    expect(scene.stores.certificates.findByFingerprint(fingerprintOf(peer))).toBeUndefined()
  })
})

describe('a certificate that waits', () => {
  test('is let in once it is approved, as a device of the user that was named', async () => {
    using scene = await createScene({ unknownCertificates: PENDING })
    const peer = await strange(scene, 'pump')
    judged(scene, peer)
    scene.registry.approvals.approve(fingerprintOf(peer).toLowerCase(), 'ann')
    expect(scene.lifted).toEqual(['device pump'])
    expect(judged(scene, peer)).toBe('pump of ann')
  })

  test('becomes one more of an existing device, which keeps its owner', async () => {
    using scene = await createScene({ unknownCertificates: { mode: 'pending', owner: '{OU}' } })
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
    const peer = await strange(scene, 'pump')
    judged(scene, peer)
    scene.registry.approvals.approve(fingerprintOf(peer))
    expect(judged(scene, peer)).toBe('pump of ann')
    expect(scene.active('pump')).toHaveLength(2)
  })

  test('needs a user where its subject names none', async () => {
    using scene = await createScene({ unknownCertificates: { mode: 'pending', owner: '{OU}' } })
    const peer = await strange(scene, 'pump')
    judged(scene, peer)
    const approve = () => scene.registry.approvals.approve(fingerprintOf(peer))
    expect(approve).toThrow(expect.objectContaining({ code: 'owner_unknown' }))
    expect(scene.stores.devices.find('pump')).toBeUndefined()
  })

  test('is revoked when it is rejected, and nobody can approve it any more', async () => {
    using scene = await createScene({ unknownCertificates: PENDING })
    const peer = await strange(scene, 'pump')
    judged(scene, peer)
    await scene.registry.approvals.reject(fingerprintOf(peer))
    expect(judged(scene, peer)).toBe('certificate_revoked')
    const approve = () => scene.registry.approvals.approve(fingerprintOf(peer))
    expect(approve).toThrow(expect.objectContaining({ code: 'certificate_not_pending' }))
  })

  test('is approved only if it exists', async () => {
    using scene = await createScene()
    const approve = () => scene.registry.approvals.approve('AB'.repeat(32))
    expect(approve).toThrow(expect.objectContaining({ code: 'certificate_not_found' }))
  })
})
