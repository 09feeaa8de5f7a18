import { describe, expect, test } from 'vitest'
import { createHolds, type Holds } from '../../src/registry/holds.ts'
import { createCertificate } from '../db/records.ts'
import { createScene, HOUR_MS, NOON, type Scene } from './registry-scene.ts'

async function createHoldScene(): Promise<Scene & { readonly holds: Holds; enrol(deviceId: string): Promise<string> }> {
  const scene = await createScene()
  const { certificates } = scene.stores
  const liftBan = (): void => undefined
  const holds = createHolds({
    certificates,
    revocations: scene.registry.revocations,
    cutter: { liftBan },
    clock: scene.clock,
  })
  const enrol = async (deviceId: string): Promise<string> =>
    (await scene.registry.certificates.issueToDevice({ deviceId })).certificate.fingerprint
  return Object.assign(scene, { holds, enrol })
}

describe('a hold', () => {
  test('revokes one certificate of several, and cuts its sessions in the tick of the call', async () => {
    using scene = await createHoldScene()
    const [held, other] = [await scene.enrol('pump'), await scene.enrol('pump')]
    const holding = scene.holds.hold(held.replaceAll(':', '').toLowerCase(), false)
    expect(scene.cuts).toEqual([{ call: 'cutCredentials', of: [held], admissible: 0 }])
    expect(await holding).toMatchObject({
      state: 'held',
      certificate: { fingerprint: held, revokedAt: NOON, revocationReason: 'certificateHold' },
    })
    expect(scene.active('pump')).toMatchObject([{ fingerprint: other }])
    expect(scene.registry.certificates.validate(held)).toMatchObject({ valid: false, reason: 'certificate_held' })
  })

  test('asked for again changes nothing, and cuts nobody', async () => {
    using scene = await createHoldScene()
    const fingerprint = await scene.enrol('pump')
    const first = await scene.holds.hold(fingerprint, false)
    const [cuts, events] = [scene.cuts.length, scene.events.length]
    scene.advance(HOUR_MS)
    expect(await scene.holds.hold(fingerprint, false)).toEqual(first)
    await scene.registry.certificates.revokeDevice('pump', 'certificateHold')
    expect(scene.registry.certificates.latestOf('pump').revokedAt).toEqual(NOON)
    expect([scene.cuts.length, scene.events.length]).toEqual([cuts, events])
  })

  test('ends, and the certificate is as good as before', async () => {
    using scene = await createHoldScene()
    const fingerprint = await scene.enrol('pump')
    await scene.holds.hold(fingerprint, false)
    expect(scene.holds.unhold(fingerprint, false)).toMatchObject({
      state: 'active',
      certificate: { revokedAt: undefined, revocationReason: undefined },
    })
    expect(scene.registry.certificates.validate(fingerprint)).toMatchObject({ valid: true })
    expect(scene.events.slice(-2)).toEqual(['certificate.revoked pump', 'certificate.released pump'])
  })

  test('by the revocation of the device takes all its certificates', async () => {
    using scene = await createHoldScene()
    const both = [await scene.enrol('pump'), await scene.enrol('pump')]
    await scene.registry.certificates.revokeDevice('pump', 'certificateHold')
    expect(scene.active('pump')).toEqual([])
    for (const fingerprint of both) scene.holds.unhold(fingerprint, false)
    expect(scene.active('pump')).toHaveLength(2)
  })

  test('becomes a revocation for good, from the time of the hold on, and then does not end', async () => {
    using scene = await createHoldScene()
    const fingerprint = await scene.enrol('pump')
    await scene.holds.hold(fingerprint, false)
    scene.advance(HOUR_MS)
    const revoked = await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
    expect(revoked.revokedAt).toEqual(NOON)
    expect(() => scene.holds.unhold(fingerprint, false)).toThrow(
      expect.objectContaining({ code: 'certificate_not_held' }),
    )
    await expect(scene.holds.hold(fingerprint, false)).rejects.toMatchObject({ code: 'certificate_revoked' })
    expect(scene.registry.certificates.latestOf('pump').revocationReason).toBe('keyCompromise')
  })

  test('does not outlive a certificate that takes over', async () => {
    using scene = await createHoldScene()
    const held = await scene.enrol('pump')
    await scene.holds.hold(held, false)
    const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    await scene.registry.revocations.noteConnection(certificate)
    expect(scene.stores.certificates.findByFingerprint(held)).toMatchObject({ revocationReason: 'superseded' })
  })

  test('is ended by a replacement too: no old certificate comes back beside the new one', async () => {
    using scene = await createHoldScene()
    const held = await scene.enrol('pump')
    await scene.holds.hold(held, false)
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', onExisting: 'replace' })
    expect(() => scene.holds.unhold(held, false)).toThrow(expect.objectContaining({ code: 'certificate_not_held' }))
  })

  test.each(['administrator', 'server'] as const)('of an %s certificate is for administrators', async (kind) => {
    using scene = await createHoldScene()
    const certificate = createCertificate('ann', { kind })
    scene.stores.certificates.insert(certificate)
    const { fingerprint } = certificate
    await expect(scene.holds.hold(fingerprint, false)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await scene.holds.hold(fingerprint, true)).toMatchObject({ state: 'held' })
    expect(() => scene.holds.unhold(fingerprint, false)).toThrow(expect.objectContaining({ code: 'forbidden' }))
    expect(scene.holds.unhold(fingerprint, true).certificate.revokedAt).toBeUndefined()
  })

  test('of what the registry does not hold, or of what is active, is refused', async () => {
    using scene = await createHoldScene()
    const unknown = 'AB'.repeat(32)
    await expect(scene.holds.hold(unknown, true)).rejects.toMatchObject({ code: 'certificate_not_found' })
    expect(() => scene.holds.unhold(unknown, true)).toThrow(expect.objectContaining({ code: 'certificate_not_found' }))
    const active = await scene.enrol('pump')
    expect(() => scene.holds.unhold(active, true)).toThrow(expect.objectContaining({ code: 'certificate_not_held' }))
    await expect(scene.holds.hold('AB', true)).rejects.toMatchObject({ code: 'invalid_fingerprint' })
  })
})
