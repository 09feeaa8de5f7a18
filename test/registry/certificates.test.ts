import { describe, expect, test } from 'vitest'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createCertificate } from '../db/records.ts'
import { createScene, DAY_MS, type Scene } from './registry-scene.ts'

describe('a fingerprint is valid while its holder would be let in', () => {
  const rows: readonly { reason: string; arrange: (scene: Scene, certificate: Certificate) => unknown }[] = [
    {
      reason: 'certificate_revoked',
      arrange: ({ registry }) => registry.certificates.revokeDevice('pump', 'unspecified'),
    },
    {
      reason: 'certificate_superseded',
      arrange: ({ registry }) => registry.certificates.issueToDevice({ deviceId: 'pump', onExisting: 'replace' }),
    },
    {
      reason: 'certificate_superseded',
      async arrange({ registry, advance }) {
        await registry.certificates.issueToDevice({ deviceId: 'pump', overlapHours: 24 })
        advance(DAY_MS)
      },
    },
    { reason: 'certificate_expired', arrange: ({ advance }) => advance(366 * DAY_MS) },
    { reason: 'certificate_not_yet_valid', arrange: ({ advance }) => advance(-DAY_MS) },
    {
      reason: 'identity_suspended',
      arrange: ({ registry }) => registry.devices.change('pump', { state: 'suspended' }, true),
    },
    { reason: 'certificate_unknown', arrange: ({ stores }) => stores.devices.delete('pump') },
  ]
  for (const { reason, arrange } of rows) {
    test(`and not when it is ${reason}`, async () => {
      using scene = await createScene()
      const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
      const { fingerprint } = certificate
      expect(scene.registry.certificates.validate(fingerprint)).toEqual({ valid: true, fingerprint })
      await arrange(scene, certificate)
      expect(scene.registry.certificates.validate(fingerprint)).toEqual({ valid: false, fingerprint, reason })
    })
  }

  test('and not when nobody has it', async () => {
    using scene = await createScene()
    const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':')
    expect(scene.registry.certificates.validate(fingerprint)).toEqual({
      valid: false,
      fingerprint,
      reason: 'certificate_unknown',
    })
  })

  for (const kind of ['server', 'administrator'] as const) {
    test(`and not when it is a certificate of the kind ${kind}`, async () => {
      using scene = await createScene()
      scene.registry.devices.create({ deviceId: 'pump' }, true)
      const certificate = createCertificate('pump', { kind })
      scene.stores.certificates.insert(certificate)
      expect(scene.registry.certificates.validate(certificate.fingerprint)).toMatchObject({
        valid: false,
        reason: 'certificate_kind_wrong',
      })
    })
  }

  test('of a service too, while the service is enabled', async () => {
    using scene = await createScene()
    scene.registry.services.create({ name: 'backend' }, true)
    const { fingerprint } = (await scene.registry.certificates.issueToService('backend', {})).certificate
    expect(scene.registry.certificates.validate(fingerprint).valid).toBe(true)
    await scene.registry.services.change('backend', { state: 'suspended' }, true)
    expect(scene.registry.certificates.validate(fingerprint)).toMatchObject({ reason: 'identity_suspended' })
  })
})

test('a fingerprint is taken in any common spelling and answered in one', async () => {
  using scene = await createScene()
  const { fingerprint } = (await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })).certificate
  for (const text of [fingerprint, fingerprint.toLowerCase(), fingerprint.replaceAll(':', '')]) {
    expect(scene.registry.certificates.validate(text)).toEqual({ valid: true, fingerprint })
  }
  expect(() => scene.registry.certificates.validate('AB:CD')).toThrow(
    expect.objectContaining({ code: 'invalid_fingerprint' }),
  )
})

describe('the certificates of a device', () => {
  test('are listed newest first, and the newest is the latest', async () => {
    using scene = await createScene()
    const issued: Certificate[] = []
    for (let index = 0; index < 3; index++) {
      issued.unshift((await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })).certificate)
      scene.advance(1)
    }
    const { certificates } = scene.registry
    expect(certificates.listOf('pump').map(({ id }) => id)).toEqual(issued.map(({ id }) => id))
    expect(certificates.latestOf('pump').id).toBe(issued[0]?.id)
    expect(certificates.listOf('pump').map(certificates.isValid)).toEqual([true, true, false])
  })

  test('are none, and the latest is refused, when none was ever issued', async () => {
    using scene = await createScene()
    scene.registry.devices.create({ deviceId: 'pump' }, true)
    expect(scene.registry.certificates.listOf('pump')).toEqual([])
    expect(() => scene.registry.certificates.latestOf('pump')).toThrow(
      expect.objectContaining({ code: 'certificate_not_found' }),
    )
  })
})
