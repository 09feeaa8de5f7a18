import { describe, expect, test } from 'vitest'
import { createScene } from './registry-scene.ts'

describe('an administrator', () => {
  test('is made with its first certificate, as admin unless another role is named', async () => {
    using scene = await createScene()
    const { issue } = scene.registry.administratorCertificates
    expect((await issue({ name: 'eva' })).administrator).toEqual({
      name: 'eva',
      role: 'admin',
      createdAt: scene.clock(),
    })
    expect((await issue({ name: 'adam', role: 'auditor' })).administrator.role).toBe('auditor')
  })

  test('keeps its role where none is named, and takes one that is', async () => {
    using scene = await createScene()
    const { issue } = scene.registry.administratorCertificates
    const { createdAt } = (await issue({ name: 'eva', role: 'auditor' })).administrator
    scene.advance(1000)
    expect((await issue({ name: 'eva' })).administrator).toEqual({ name: 'eva', role: 'auditor', createdAt })
    expect((await issue({ name: 'eva', role: 'operator' })).administrator).toEqual({
      name: 'eva',
      role: 'operator',
      createdAt,
    })
  })

  for (const { name, code } of [
    { name: 'EVA', code: 'case_conflict' },
    { name: 'self', code: 'invalid_id' },
    { name: 'a/b', code: 'invalid_id' },
  ]) {
    test(`refused/${name}: ${code}, before a key is made`, async () => {
      const sign = () => Promise.reject(new Error('a key was made'))
      const issuer = {
        caCertificatePem: '',
        issueDevice: sign,
        certifyDevice: sign,
        readSigningRequest: sign,
        issueService: sign,
        issueAdministrator: sign,
      }
      using scene = await createScene({ issuer })
      scene.stores.administrators.save({ name: 'eva', role: 'admin', createdAt: scene.clock() })
      const issued = scene.registry.administratorCertificates.issue({ name, role: 'auditor' })
      await expect(issued).rejects.toMatchObject({ code })
      expect(scene.stores.administrators.list()).toMatchObject([{ name: 'eva', role: 'admin' }])
    })
  }

  test('is not made, nor changed, by what could not be kept', async () => {
    using scene = await createScene()
    await scene.registry.administratorCertificates.issue({ name: 'eva', role: 'auditor' })
    scene.failCommits()
    for (const name of ['eva', 'adam']) {
      await expect(scene.registry.administratorCertificates.issue({ name, role: 'operator' })).rejects.toThrow('full')
    }
    expect(scene.stores.administrators.list()).toMatchObject([{ name: 'eva', role: 'auditor' }])
  })
})
