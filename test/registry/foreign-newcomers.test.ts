import { describe, expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import type { Peer } from '../../src/peer-identity.ts'
import type { ForeignAuthority } from '../../src/registry/foreign-authority.ts'
import { createIssuers, requireIssuer } from '../../src/registry/issuers.ts'
import { createScene, NOON, peerOf, type Scene } from './registry-scene.ts'

const WORKS = 'the CA of the works'
const works = await createMemoryAuthority(() => NOON)

function createForeignScene(registration: ForeignAuthority['registration'], owner = 'works'): Promise<Scene> {
  const authority = { fingerprint: WORKS, certificatePem: works.caCertificatePem, registration, owner, createdAt: NOON }
  const issuers = createIssuers({
    own: () => ['OWN'],
    leaving: () => undefined,
    foreign: (fingerprint) => (fingerprint === WORKS ? authority : undefined),
  })
  return createScene({ issuers: { ...issuers, find: (issuer) => (issuer === WORKS ? authority : 'own') } })
}

async function show(id: string): Promise<Peer> {
  const { certificatePem } = await works.issueDevice(id, 'nobody', {})
  return { ...peerOf(certificatePem), authority: WORKS } as Peer
}

describe('a certificate of a CA of others', () => {
  test('is a new device of the user who is named', async () => {
    using scene = await createForeignScene('automatic')
    expect(scene.registry.admissions.admit(await show('pump'))).toMatchObject({
      admitted: true,
      identity: { id: 'pump', userId: 'works' },
      certificate: { issuer: WORKS },
    })
  })

  test('is one more of the device that came by the same CA, until one of them is revoked', async () => {
    using scene = await createForeignScene('automatic')
    const { admissions, certificates } = scene.registry
    admissions.admit(await show('pump'))
    expect(admissions.admit(await show('pump'))).toMatchObject({ admitted: true, identity: { userId: 'works' } })
    await certificates.revokeDevice('pump', 'keyCompromise')
    expect(admissions.admit(await show('pump'))).toMatchObject({ admitted: false, cause: 'certificate_pending' })
  })

  test('waits where the subject does not say whose device it is', async () => {
    using scene = await createForeignScene('automatic', '{OU}')
    const { admissions, approvals } = scene.registry
    const peer = await show('pump')
    expect(admissions.admit(peer)).toMatchObject({ cause: 'certificate_pending' })
    const fingerprint = peer.certificate?.fingerprint ?? ''
    expect(() => approvals.approve(fingerprint)).toThrow('does not say who owns pump')
    approvals.approve(fingerprint, 'ann')
    expect(admissions.admit(peer)).toMatchObject({ admitted: true, identity: { userId: 'ann' } })
  })

  test('never has the name of a device of ours, gone or not, of a service, or of what a device is called', async () => {
    using scene = await createForeignScene('pending')
    const { admissions, certificates, devices, services } = scene.registry
    await certificates.issueToDevice({ deviceId: 'ours' })
    await certificates.issueToDevice({ deviceId: 'gone' })
    await devices.remove('gone')
    devices.create({ deviceId: 'gateway', clientIds: ['alias'] }, true)
    services.create({ name: 'backend' }, true)
    const before = scene.stores.certificates.countPending()
    for (const id of ['ours', 'gone', 'alias', 'backend']) {
      expect(admissions.admit(await show(id))).toMatchObject({ admitted: false, cause: 'name_taken' })
    }
    expect(scene.stores.certificates.countPending()).toBe(before)
  })

  test('is refused where only what is registered is let in', async () => {
    using scene = await createForeignScene('denied')
    expect(scene.registry.admissions.admit(await show('pump'))).toMatchObject({ cause: 'certificate_unknown' })
    expect(scene.stores.devices.find('pump')).toBeUndefined()
  })

  test('is nobody’s where it is not known which CA it leads to', async () => {
    using scene = await createForeignScene('automatic')
    const peer = { ...(await show('pump')), authority: undefined } as Peer
    expect(scene.registry.admissions.admit(peer)).toMatchObject({ cause: 'certificate_unknown' })
  })
})

test('an issuer is ours, of others, or nobody’s; one of ours may be leaving', () => {
  const { find, isLeaving } = createIssuers({
    own: () => ['NEW', 'OLD'],
    leaving: () => 'OLD',
    foreign: () => undefined,
  })
  expect([find(undefined), find('NEW'), find('OLD'), find('OTHER')]).toEqual(['own', 'own', 'own', undefined])
  expect([isLeaving(undefined), isLeaving('OLD'), isLeaving('NEW')]).toEqual([true, true, false])
})

test('what a CA has signed that was let go meanwhile is kept by nobody', () => {
  const { find } = createIssuers({ own: () => ['NEW'], leaving: () => undefined, foreign: () => undefined })
  expect(() => requireIssuer({ find }, { issuer: 'NEW' })).not.toThrow()
  expect(() => requireIssuer({ find }, { issuer: 'OLD' })).toThrow('was retired while it signed')
})
