import { describe, expect, test } from 'vitest'
import { EventFeed } from '../../src/events.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createRevocations } from '../../src/registry/revocations.ts'
import { createCertificate } from '../db/records.ts'
import { countEventLoopTurns } from '../support/event-loop-turns.ts'
import { createScene, DAY_MS, HOUR_MS, NOON, type Scene } from './registry-scene.ts'

describe('a revocation', () => {
  test('takes every certificate of the device and no other, and tells of each', async () => {
    using scene = await createScene()
    const [first, second] = [await enrol(scene, 'pump'), await enrol(scene, 'pump')]
    const other = await enrol(scene, 'valve')
    const told = scene.events.length
    expect(await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')).toEqual({
      deviceId: 'pump',
      revokedAt: NOON,
    })
    for (const { fingerprint } of [first, second]) {
      expect(scene.stores.certificates.findByFingerprint(fingerprint)).toMatchObject({
        revokedAt: NOON,
        revocationReason: 'keyCompromise',
      })
    }
    expect(scene.active('valve')).toEqual([other])
    expect(scene.events.slice(told)).toEqual(['certificate.revoked pump', 'certificate.revoked pump'])
  })

  test('is marked and its sessions are cut in the tick of the call: nobody can be admitted in between', async () => {
    using scene = await createScene()
    const { fingerprint } = await enrol(scene, 'pump')
    const revoked = scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
    expect(scene.cuts).toEqual([{ call: 'cutCredentials', of: [fingerprint], admissible: 0 }])
    await revoked
  })

  test('is answered after the sessions are closed', async () => {
    using scene = await createScene()
    const certificate = await enrol(scene, 'pump')
    const steps: string[] = []
    const closed = Promise.withResolvers<void>()
    const revocations = createRevocations({
      certificates: scene.stores.certificates,
      sharedTransaction: scene.stores.sharedTransaction,
      cutter: { cutCredentials: () => closed.promise },
      onCrlChange: () => undefined,
      audit: scene.stores.audit,
      events: new EventFeed(),
      clock: scene.clock,
    })
    const answered = revocations.revokeDevice(certificate.subjectId, 'unspecified').then(() => steps.push('answered'))
    await new Promise((resolve) => setImmediate(resolve))
    steps.push('closed')
    closed.resolve()
    await answered
    expect(steps).toEqual(['closed', 'answered'])
  })

  test('asked for again answers the same time, keeps the reason and cuts nobody', async () => {
    using scene = await createScene()
    await enrol(scene, 'pump')
    const first = await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
    const [cuts, events] = [scene.cuts.length, scene.events.length]
    scene.advance(HOUR_MS)
    expect(await scene.registry.certificates.revokeDevice('pump', 'superseded')).toEqual(first)
    expect(scene.registry.certificates.latestOf('pump').revocationReason).toBe('keyCompromise')
    expect([scene.cuts.length, scene.events.length]).toEqual([cuts, events])
  })

  test('after a rotation answers the time of the last', async () => {
    using scene = await createScene()
    await enrol(scene, 'pump')
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', onExisting: 'replace' })
    scene.advance(HOUR_MS)
    const { revokedAt } = await scene.registry.certificates.revokeDevice('pump', 'unspecified')
    expect(revokedAt).toEqual(scene.clock())
  })

  test('takes certificates that have expired, or are not valid yet, as well', async () => {
    using scene = await createScene()
    await enrol(scene, 'pump')
    scene.advance(400 * DAY_MS)
    await scene.registry.certificates.revokeDevice('pump', 'unspecified')
    scene.advance(-400 * DAY_MS)
    expect(scene.active('pump')).toEqual([])
  })

  test('of a service takes its certificates, and not those of a device with that id', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend' }, true)
    await scene.registry.certificates.issueToService('backend', {})
    const namesake = createCertificate('backend')
    scene.stores.certificates.insert(namesake)
    const { revokedAt } = await scene.registry.certificates.revokeService('backend', 'unspecified')
    expect(revokedAt).toEqual(NOON)
    expect(scene.stores.certificates.listOf('service', 'backend')).toMatchObject([{ revokedAt: NOON }])
    expect(scene.stores.certificates.findByFingerprint(namesake.fingerprint)?.revokedAt).toBeUndefined()
  })

  for (const call of ['revokeDevice', 'revokeService'] as const) {
    test(`by ${call} is refused where none was ever issued, and cuts nobody`, async () => {
      using scene = await createScene()
      scene.registry.devices.create({ deviceId: 'pump' }, true)
      scene.registry.services.create({ name: 'backend' }, true)
      const name = call === 'revokeDevice' ? 'pump' : 'backend'
      await expect(scene.registry.certificates[call](name, 'unspecified')).rejects.toMatchObject({
        code: 'certificate_not_found',
      })
      expect(scene.cuts).toEqual([])
    })
  }
})

describe('the first connection', () => {
  test('of the new certificate supersedes the older ones, and cuts them in the same tick', async () => {
    using scene = await createScene()
    const [old, fresh] = [await enrol(scene, 'pump'), await enrol(scene, 'pump')]
    expect(scene.active('pump')).toHaveLength(2)
    const noted = scene.registry.revocations.noteConnection(fresh)
    expect(scene.cuts).toEqual([{ call: 'cutCredentials', of: [old.fingerprint], admissible: 0 }])
    await noted
    expect(scene.active('pump')).toMatchObject([{ id: fresh.id, firstSeenAt: NOON }])
    expect(scene.stores.certificates.findByFingerprint(old.fingerprint)).toMatchObject({
      revokedAt: NOON,
      revocationReason: 'superseded',
    })
  })

  test('of the older certificate supersedes nothing', async () => {
    using scene = await createScene()
    const [old] = [await enrol(scene, 'pump'), await enrol(scene, 'pump')]
    await scene.registry.revocations.noteConnection(old)
    expect(scene.active('pump')).toHaveLength(2)
    expect(scene.cuts).toEqual([])
  })

  test('is the first alone: a later one supersedes nothing and writes nothing', async () => {
    using scene = await createScene()
    const fresh = await enrol(scene, 'pump')
    await scene.registry.revocations.noteConnection(fresh)
    const seen = scene.registry.certificates.latestOf('pump')
    scene.advance(HOUR_MS)
    const before = scene.database.sqlite.serialize()
    await scene.registry.revocations.noteConnection(seen)
    expect(scene.database.sqlite.serialize().equals(before)).toBe(true)
    expect(scene.cuts).toEqual([])
  })

  test('leaves the certificates of others alone', async () => {
    using scene = await createScene()
    const other = await enrol(scene, 'valve')
    const fresh = await enrol(scene, 'pump')
    await scene.registry.revocations.noteConnection(fresh)
    expect(scene.active('valve')).toEqual([other])
  })

  test('leaves a revocation before it as it was', async () => {
    using scene = await createScene()
    const old = await enrol(scene, 'pump')
    await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
    const fresh = await enrol(scene, 'pump')
    scene.advance(HOUR_MS)
    await scene.registry.revocations.noteConnection(fresh)
    expect(scene.stores.certificates.findByFingerprint(old.fingerprint)).toMatchObject({
      revokedAt: NOON,
      revocationReason: 'keyCompromise',
    })
  })

  test('whose supersession could not be written is the first again the next time', async () => {
    using scene = await createScene()
    const [old, fresh] = [await enrol(scene, 'pump'), await enrol(scene, 'pump')]
    const disk = { full: true }
    const revocations = createRevocations({
      certificates: {
        ...scene.stores.certificates,
        markRevoked(...marks) {
          if (disk.full) throw new Error('database or disk is full')
          scene.stores.certificates.markRevoked(...marks)
        },
      },
      sharedTransaction: scene.stores.sharedTransaction,
      cutter: { cutCredentials: async () => undefined },
      onCrlChange: () => undefined,
      audit: scene.stores.audit,
      events: new EventFeed(),
      clock: scene.clock,
    })
    await expect(revocations.noteConnection(fresh)).rejects.toThrow('disk is full')
    disk.full = false
    await revocations.noteConnection(scene.registry.certificates.latestOf('pump'))
    expect(scene.stores.certificates.findByFingerprint(old.fingerprint)?.revokedAt).toEqual(NOON)
  })
})

describe('an overlap', () => {
  test('ends at its hour, new certificate connected or not, and the sweep cuts who is still there', async () => {
    using scene = await createScene()
    const old = await enrol(scene, 'pump')
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', overlapHours: 24 })
    scene.advance(DAY_MS - 1)
    await scene.registry.revocations.endOverlaps()
    expect(scene.active('pump')).toHaveLength(2)
    scene.advance(1)
    expect(scene.active('pump')).toHaveLength(1)
    await scene.registry.revocations.endOverlaps()
    expect(scene.cuts).toEqual([{ call: 'cutCredentials', of: [old.fingerprint], admissible: 0 }])
    expect(scene.stores.certificates.findByFingerprint(old.fingerprint)?.revocationReason).toBe('superseded')
    await scene.registry.revocations.endOverlaps()
    expect(scene.cuts).toHaveLength(1)
  })

  test('of a whole fleet ends in many turns of the event loop, none of which waits for the disk', async () => {
    using scene = await createScene()
    const fleet = Array.from({ length: 125 }, (_, number) => createCertificate(`device-${number}`, { retiresAt: NOON }))
    for (const certificate of fleet) scene.stores.certificates.insert(certificate)
    const { sqlite } = scene.database
    const exec = sqlite.exec.bind(sqlite)
    let unwaited = 0
    sqlite.exec = (source) => {
      if (source === 'pragma synchronous = NORMAL') unwaited++
      return exec(source)
    }
    using turns = countEventLoopTurns()
    await scene.registry.revocations.endOverlaps()
    expect(unwaited).toBe(3)
    expect(turns.passed).toBeGreaterThanOrEqual(2)
    expect(scene.cuts.map(({ of, admissible }) => [of.length, admissible])).toEqual([
      [50, 0],
      [50, 0],
      [25, 0],
    ])
    expect(scene.stores.certificates.listRetired(NOON, 1)).toEqual([])
  })

  test('that cannot be looked up rejects and does not throw: it is asked for in the background', async () => {
    const scene = await createScene()
    scene[Symbol.dispose]()
    const ended = scene.registry.revocations.endOverlaps()
    await expect(ended).rejects.toThrow('not open')
  })

  test('that was not limited has no end of its own', async () => {
    using scene = await createScene()
    await enrol(scene, 'pump')
    await enrol(scene, 'pump')
    scene.advance(300 * DAY_MS)
    await scene.registry.revocations.endOverlaps()
    expect(scene.active('pump')).toHaveLength(2)
  })
})

async function enrol({ registry }: Scene, deviceId: string): Promise<Certificate> {
  return (await registry.certificates.issueToDevice({ deviceId })).certificate
}
