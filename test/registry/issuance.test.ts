import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { DomainError } from '../../src/errors.ts'
import type { IssueRequest } from '../../src/registry/issuance.ts'
import type { Issuers } from '../../src/registry/issuers.ts'
import type { ProfileIssuer } from '../../src/registry/profiles.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { createScene, DAY_MS, HOUR_MS, NOON, type Scene } from './registry-scene.ts'

const EVERY_ISSUER = { find: () => 'own', isLeaving: () => false } satisfies Issuers

describe('a certificate for a device', () => {
  test('is handed out with its key and the CA, recorded, and told of', async () => {
    using scene = await createScene()
    const issued = await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
    const certificate = new X509Certificate(issued.certificate.pem)
    expect(certificate.checkPrivateKey(createPrivateKey(issued.privateKeyPem))).toBe(true)
    expect(certificate.verify(new X509Certificate(issued.caCertificatePem).publicKey)).toBe(true)
    expect(issued.certificate).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      kind: 'device',
      subjectId: 'pump',
      fingerprint: certificate.fingerprint256,
      serialNumber: certificate.serialNumber,
      createdAt: NOON,
    })
    expect(scene.stores.certificates.listOf('device', 'pump')).toEqual([issued.certificate])
    expect(scene.events).toEqual(['certificate.issued pump'])
  })

  test('leaves its key nowhere', async () => {
    using scene = await createScene()
    const { privateKeyPem } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    const body = privateKeyPem.split('\n')[1] ?? ''
    expect(body).not.toBe('')
    expect(scene.database.sqlite.serialize().includes(body)).toBe(false)
  })

  test('creates the device and its user where they are unknown', async () => {
    using scene = await createScene()
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
    await scene.registry.certificates.issueToDevice({ deviceId: 'valve' })
    expect(devicesOf(scene)).toEqual(['pump of ann', 'valve of default'])
  })

  test('keeps the owner of a device that exists, named or not', async () => {
    using scene = await createScene()
    for (const userId of ['ann', undefined, 'ann']) {
      const { certificate } = await scene.registry.certificates.issueToDevice(asked('pump', userId))
      expect(new X509Certificate(certificate.pem).subjectAltName).toBe('URI:urn:signet:user:ann:device:pump')
    }
    expect(devicesOf(scene)).toEqual(['pump of ann'])
  })

  test('has the life and the key that were asked for', async () => {
    using scene = await createScene()
    const { certificate } = await scene.registry.certificates.issueToDevice({
      deviceId: 'pump',
      validityDays: 2,
      keyAlgorithm: 'ed25519',
    })
    expect(certificate.notAfter).toEqual(new Date(NOON.getTime() + 2 * DAY_MS))
    expect(new X509Certificate(certificate.pem).publicKey.asymmetricKeyType).toBe('ed25519')
  })
})

describe('refused, and nothing is left behind:', () => {
  const refusals: readonly { name: string; request: IssueRequest; code: string }[] = [
    { name: 'an id that is none', request: { deviceId: 'a/b' }, code: 'invalid_id' },
    { name: 'a user id that is none', request: { deviceId: 'new', userId: 'a b' }, code: 'invalid_id' },
    { name: 'an id that differs from a device only in case', request: { deviceId: 'PUMP' }, code: 'case_conflict' },
    { name: "a user's id that differs only in case", request: asked('new', 'ANN'), code: 'case_conflict' },
    { name: 'the name of a service', request: { deviceId: 'backend' }, code: 'device_exists' },
    { name: 'a recorded client id', request: { deviceId: 'legacy' }, code: 'client_id_taken' },
    { name: "another owner's device", request: asked('pump', 'bob'), code: 'device_owned_by_another_user' },
    {
      name: 'a life that no profile allows',
      request: { deviceId: 'new', validityDays: 99_999 },
      code: 'profile_violation',
    },
    {
      name: 'a device that has an active certificate, when that was asked',
      request: { deviceId: 'pump', onExisting: 'fail' },
      code: 'certificate_exists',
    },
  ]
  for (const { name, request, code } of refusals) {
    test(`${code}: ${name}`, async () => {
      using scene = await createScene()
      scene.registry.services.create({ name: 'backend' }, true)
      await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
      scene.registry.devices.create({ deviceId: 'valve', clientIds: ['legacy'] }, true)
      const [before, events] = [dump(scene), scene.events.length]
      await expect(scene.registry.certificates.issueToDevice(request)).rejects.toMatchObject({ code })
      expect(dump(scene)).toBe(before)
      expect([scene.cuts, scene.events.length]).toEqual([[], events])
    })
  }

  test("the owner's name is not told to who asks for another owner's device", async () => {
    using scene = await createScene()
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })
    const refused = scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'bob' })
    await expect(refused).rejects.toThrow(/^(?!.*ann)/)
  })

  for (const onExisting of ['rotate', 'replace'] as const) {
    test(`a ${onExisting} that cannot be committed cuts nobody and tells nobody`, async () => {
      using scene = await createScene()
      for (let index = 0; index < 2; index++) await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      const [before, events] = [dump(scene), scene.events.length]
      scene.failCommits()
      await expect(scene.registry.certificates.issueToDevice({ deviceId: 'pump', onExisting })).rejects.toThrow('full')
      expect(dump(scene)).toBe(before)
      expect([scene.cuts, scene.events.length]).toEqual([[], events])
    })
  }

  test('a device that would have been created is not, when the certificate cannot be kept', async () => {
    using scene = await createScene()
    scene.failCommits()
    await expect(scene.registry.certificates.issueToDevice({ deviceId: 'pump', userId: 'ann' })).rejects.toThrow('full')
    expect(devicesOf(scene)).toEqual([])
    expect(scene.database.sqlite.prepare('select count(*) from users').pluck().get()).toBe(0)
  })

  test('a CA that cannot sign', async () => {
    const refusal = new DomainError('issuer_expired', 'The CA expired')
    const issuer: ProfileIssuer = {
      caCertificatePem: '',
      issueDevice: () => Promise.reject(refusal),
      certifyDevice: () => Promise.reject(refusal),
      readSigningRequest: () => Promise.reject(refusal),
      issueService: () => Promise.reject(refusal),
      issueAdministrator: () => Promise.reject(refusal),
    }
    using scene = await createScene({ issuer, issuers: EVERY_ISSUER })
    await expect(scene.registry.certificates.issueToDevice({ deviceId: 'pump' })).rejects.toBe(refusal)
    expect(devicesOf(scene)).toEqual([])
  })
})

describe('the certificates that are there', () => {
  test('rotate: the old one stays beside the new one', async () => {
    using scene = await createScene()
    const [first, second] = [await enrol(scene), await enrol(scene)]
    expect(activeOf(scene)).toEqual([first, second])
    expect(scene.cuts).toEqual([])
  })

  test('rotate: a third one revokes the oldest', async () => {
    using scene = await createScene()
    const [first, second, third] = [await enrol(scene), await enrol(scene), await enrol(scene)]
    expect(activeOf(scene)).toEqual([second, third])
    expect(scene.stores.certificates.findByFingerprint(first)).toMatchObject({
      revokedAt: NOON,
      revocationReason: 'superseded',
    })
    expect(scene.cuts).toEqual([{ call: 'cutCredentials', of: [first], admissible: 0 }])
    expect(scene.events.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'certificate.issued pump'),
      'certificate.revoked pump',
    ])
  })

  test('rotate: one that was revoked or has expired makes no room and takes none', async () => {
    using scene = await createScene()
    await scene.registry.certificates.issueToDevice({ deviceId: 'pump', validityDays: 1 })
    scene.advance(2 * DAY_MS)
    const [second, third] = [await enrol(scene), await enrol(scene)]
    expect(activeOf(scene)).toEqual([second, third])
    expect(scene.cuts).toEqual([])
  })

  test('rotate: one that is not valid yet, because the clock was set back, counts', async () => {
    using scene = await createScene()
    scene.advance(HOUR_MS)
    const [first] = [await enrol(scene), await enrol(scene)]
    scene.advance(-HOUR_MS)
    await enrol(scene)
    scene.advance(HOUR_MS)
    expect(activeOf(scene)).toHaveLength(2)
    expect(activeOf(scene)).not.toContain(first)
  })

  test('replace: all of them are revoked now, and cut', async () => {
    using scene = await createScene()
    const [first, second] = [await enrol(scene), await enrol(scene)]
    const third = await enrol(scene, { onExisting: 'replace' })
    expect(activeOf(scene)).toEqual([third])
    expect(scene.cuts).toEqual([{ call: 'cutCredentials', of: [second, first], admissible: 0 }])
  })

  test('fail: lets a device have its first, and one after a revocation', async () => {
    using scene = await createScene()
    await enrol(scene, { onExisting: 'fail' })
    await scene.registry.certificates.revokeDevice('pump', 'unspecified')
    const second = await enrol(scene, { onExisting: 'fail' })
    expect(activeOf(scene)).toEqual([second])
  })

  test('with overlapHours: the old one ends after them, and without it has no end before its notAfter', async () => {
    using scene = await createScene()
    const [first, second] = [await enrol(scene), await enrol(scene, { overlapHours: 1.5 })]
    const retiring = new Date(NOON.getTime() + 1.5 * HOUR_MS)
    expect(scene.stores.certificates.findByFingerprint(first)?.retiresAt).toEqual(retiring)
    expect(activeOf(scene)).toEqual([first, second])
    scene.advance(1.5 * HOUR_MS)
    expect(activeOf(scene)).toEqual([second])
    await enrol(scene)
    expect(scene.stores.certificates.findByFingerprint(second)?.retiresAt).toBeUndefined()
  })
})

describe('many at once', () => {
  test('100 requests for one id make one device with at most two active certificates', async () => {
    using scene = await createScene()
    const issued = await Promise.all(Array.from({ length: 100 }, () => enrol(scene, { userId: 'ann' })))
    expect(new Set(issued).size).toBe(100)
    expect(devicesOf(scene)).toEqual(['pump of ann'])
    expect(activeOf(scene)).toHaveLength(2)
    expect(scene.stores.certificates.listOf('device', 'pump')).toHaveLength(100)
    expect(scene.cuts.flatMap(({ of }) => of)).toHaveLength(98)
  })

  test('100 requests with onExisting fail make one certificate', async () => {
    using scene = await createScene()
    const asked = Array.from({ length: 100 }, () => enrol(scene, { onExisting: 'fail' }))
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(scene.stores.certificates.listOf('device', 'pump')).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'certificate_exists' })
    }
  })

  test('requests for two owners of one id: the first to be kept owns it, the other is refused', async () => {
    using scene = await createScene()
    const outcomes = await Promise.allSettled(['ann', 'bob'].map((userId) => enrol(scene, { userId })))
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(scene.stores.certificates.listOf('device', 'pump')).toHaveLength(1)
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'device_owned_by_another_user' },
    })
  })
})

describe('what changed while the key was made', () => {
  const changes: readonly { name: string; change: (scene: Scene) => unknown; code: string }[] = [
    {
      name: 'the device was given to another user',
      change: ({ registry }) => registry.devices.change('pump', { userId: 'bob' }, true),
      code: 'device_owned_by_another_user',
    },
    {
      name: 'the id was given to a service',
      async change({ registry }) {
        await registry.devices.remove('pump')
        registry.services.create({ name: 'pump' }, true)
      },
      code: 'device_exists',
    },
  ]
  for (const { name, change, code } of changes) {
    test(`is asked again: ${name}`, async () => {
      const { issuer, release } = await createSlowIssuer()
      using scene = await createScene({ issuer, issuers: EVERY_ISSUER })
      scene.registry.devices.create({ deviceId: 'pump', userId: 'ann' }, true)
      const issuing = scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      await change(scene)
      release()
      await expect(issuing).rejects.toMatchObject({ code })
      expect(scene.stores.certificates.listOf('device', 'pump')).toEqual([])
      expect(scene.events).toEqual([])
    })
  }

  test('is asked again: the service was removed', async () => {
    const { issuer, release } = await createSlowIssuer()
    using scene = await createScene({ issuer, issuers: EVERY_ISSUER })
    scene.registry.services.create({ name: 'backend' }, true)
    const issuing = scene.registry.certificates.issueToService('backend', {})
    await scene.registry.services.remove('backend')
    release()
    await expect(issuing).rejects.toMatchObject({ code: 'service_not_found' })
    expect(scene.stores.certificates.listOf('service', 'backend')).toEqual([])
  })
})

describe('a certificate for the key of a device', () => {
  test('lifts the ban of a device when an operator asks for it, and not when the device does', async () => {
    using scene = await createScene()
    const { certifyDevice } = scene.registry.certificates
    const request = Buffer.from((await createSigningRequest('pump')).csr)
    await certifyDevice({ deviceId: 'pump', request, requireAllowed: () => undefined })
    expect(scene.lifted).toEqual([])
    await certifyDevice({ deviceId: 'pump', request })
    expect(scene.lifted).toEqual(['device pump'])
  })

  test('is not kept when the last word against it comes in its transaction', async () => {
    using scene = await createScene()
    const request = Buffer.from((await createSigningRequest('pump')).csr)
    const refusal = new DomainError('enrolment_token_ended', 'It has no use left')
    const requireAllowed = (): void => {
      throw refusal
    }
    await expect(scene.registry.certificates.certifyDevice({ deviceId: 'pump', request, requireAllowed })).rejects.toBe(
      refusal,
    )
    expect(devicesOf(scene)).toEqual([])
    expect(scene.stores.certificates.listOf('device', 'pump')).toEqual([])
  })
})

describe('a certificate for a service', () => {
  test('is issued as asked, and at most two stay active', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend' }, true)
    for (let index = 0; index < 3; index++) {
      const { certificate } = await scene.registry.certificates.issueToService('backend', { validityDays: 3 })
      expect(certificate).toMatchObject({ kind: 'service', notAfter: new Date(NOON.getTime() + 3 * DAY_MS) })
    }
    const all = scene.stores.certificates.listOf('service', 'backend')
    expect(all.filter(({ revokedAt }) => revokedAt === undefined)).toHaveLength(2)
  })

  test('is refused to a service that does not exist', async () => {
    using scene = await createScene()
    await expect(scene.registry.certificates.issueToService('backend', {})).rejects.toMatchObject({
      code: 'service_not_found',
    })
    expect(scene.events).toEqual([])
  })
})

async function enrol({ registry }: Scene, request: Omit<IssueRequest, 'deviceId'> = {}): Promise<string> {
  return (await registry.certificates.issueToDevice({ deviceId: 'pump', ...request })).certificate.fingerprint
}

function asked(deviceId: string, userId: string | undefined): IssueRequest {
  return userId === undefined ? { deviceId } : { deviceId, userId }
}

function activeOf(scene: Scene): readonly string[] {
  return scene.active('pump').map(({ fingerprint }) => fingerprint)
}

function devicesOf({ registry }: Scene): readonly string[] {
  return registry.devices.list({ limit: 10 }).items.map(({ id, userId }) => `${id} of ${userId}`)
}

function dump({ database }: Scene): string {
  return JSON.stringify(
    ['users', 'devices', 'certificates'].map((table) => database.sqlite.prepare(`select * from ${table}`).all()),
  )
}

/** A CA whose answers wait until they are released. */
async function createSlowIssuer(): Promise<{ readonly issuer: ProfileIssuer; release(): void }> {
  const authority = await createMemoryAuthority(() => NOON)
  const gate = Promise.withResolvers<void>()
  return {
    issuer: {
      caCertificatePem: authority.caCertificatePem,
      issueDevice: async (...request) => gate.promise.then(() => authority.issueDevice(...request)),
      certifyDevice: async (...request) => gate.promise.then(() => authority.certifyDevice(...request)),
      readSigningRequest: (request) => authority.readSigningRequest(request),
      issueAdministrator: async (...request) => gate.promise.then(() => authority.issueAdministrator(...request)),
      issueService: async (...request) => gate.promise.then(() => authority.issueService(...request)),
    },
    release: gate.resolve,
  }
}
