import { beforeEach, describe, expect, test } from 'vitest'
import { createHandOver } from '../../src/app-hand-over.ts'
import { EventFeed } from '../../src/events.ts'
import type { Claims } from '../../src/registry/claims.ts'
import { createScene, DAY_MS, MINUTE_MS, type Scene } from './registry-scene.ts'

const ADDRESS = '192.0.2.7'

let scene: Scene
let claims: Claims
let told: string[]
beforeEach(async () => {
  scene = await createScene()
  told = []
  const events = new EventFeed()
  for (const type of ['claim.created', 'claim.used'] as const) {
    events.subscribe(type, ({ deviceId }) => told.push(`${type} ${deviceId}`))
  }
  claims = createHandOver({ ...scene, issuer: scene.authority, events }).claims
  return () => scene[Symbol.dispose]()
})

describe('a claim', () => {
  test('creates its device, and is kept as a hash alone', () => {
    const { claim, secret } = claims.create({ deviceId: 'pump', userId: 'ann' })
    expect(scene.registry.devices.get('pump').userId).toBe('ann')
    expect(secret).toMatch(/^sgn_[0-9a-f]{12}_[\w-]{43}$/)
    expect(JSON.stringify(scene.stores.claims.findOf('pump'))).not.toContain(secret.slice(17))
    expect(claims.find('pump')).toEqual({ claim, state: 'open' })
    expect(told).toEqual(['claim.created pump'])
  })

  test('is redeemed once, for what was wished when it was made', async () => {
    const { secret } = claims.create({ deviceId: 'pump', validityDays: 30 })
    const { certificate, privateKeyPem } = await claims.redeem(secret, ADDRESS)
    expect(certificate.subjectId).toBe('pump')
    expect(certificate.notAfter).toEqual(new Date(scene.clock().getTime() + 30 * DAY_MS))
    expect(privateKeyPem).toContain('BEGIN PRIVATE KEY')
    await expect(claims.redeem(secret, ADDRESS)).rejects.toMatchObject({ code: 'claim_used' })
    expect(claims.find('pump')).toMatchObject({ state: 'used', claim: { usedAt: scene.clock() } })
    expect(told).toEqual(['claim.created pump', 'claim.used pump'])
    expect(scene.active('pump')).toHaveLength(1)
  })

  test('redeemed by two at once makes one certificate', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    const outcomes = await Promise.allSettled([claims.redeem(secret, ADDRESS), claims.redeem(secret, '192.0.2.8')])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(scene.active('pump')).toHaveLength(1)
  })

  test('is still open where the certificate could not be kept', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    scene.failCommits()
    await expect(claims.redeem(secret, ADDRESS)).rejects.toThrow('database or disk is full')
    expect(claims.find('pump')).toMatchObject({ state: 'open' })
    expect(scene.active('pump')).toEqual([])
  })

  test('ends after a week, or when it was said', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    const soon = claims.create({ deviceId: 'fan', expiresAt: new Date(scene.clock().getTime() + MINUTE_MS) })
    scene.advance(MINUTE_MS)
    await expect(claims.redeem(soon.secret, ADDRESS)).rejects.toMatchObject({ code: 'claim_expired' })
    expect(claims.find('fan')).toMatchObject({ state: 'expired' })
    scene.advance(7 * DAY_MS - MINUTE_MS)
    await expect(claims.redeem(secret, ADDRESS)).rejects.toMatchObject({ code: 'claim_expired' })
    expect(scene.active('pump')).toEqual([])
  })

  test('that ends while its key is made is not redeemed', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    const redeemed = claims.redeem(secret, ADDRESS)
    scene.advance(7 * DAY_MS)
    await expect(redeemed).rejects.toMatchObject({ code: 'claim_expired' })
    expect(scene.active('pump')).toEqual([])
  })

  for (const { name, days } of [
    { name: 'in the past', days: -1 },
    { name: 'later than in 90 days', days: 91 },
  ]) {
    test(`that would end ${name} is not made, nor its device`, () => {
      const expiresAt = new Date(scene.clock().getTime() + days * DAY_MS)
      expect(() => claims.create({ deviceId: 'pump', expiresAt })).toThrow(/within 90 days/)
      expect(scene.stores.devices.find('pump')).toBeUndefined()
    })
  }

  test('ends when another is made for its device', async () => {
    const first = claims.create({ deviceId: 'pump' })
    const second = claims.create({ deviceId: 'pump' })
    await expect(claims.redeem(first.secret, ADDRESS)).rejects.toMatchObject({ code: 'claim_not_found' })
    await expect(claims.redeem(second.secret, ADDRESS)).resolves.toMatchObject({ certificate: { subjectId: 'pump' } })
  })

  for (const { name, end } of [
    { name: 'it is revoked', end: async () => claims.revoke('pump') },
    { name: 'its device is deleted, and one of the name inherits nothing', end: removeAndCreate },
    {
      name: 'its device gets another owner',
      end: async () => void (await scene.registry.devices.change('pump', { userId: 'bob' }, true)),
    },
  ]) {
    test(`ends when ${name}`, async () => {
      const { secret } = claims.create({ deviceId: 'pump', userId: 'ann' })
      await end()
      await expect(claims.redeem(secret, ADDRESS)).rejects.toMatchObject({ code: 'claim_not_found' })
      expect(claims.find('pump')).toBeUndefined()
    })
  }

  test('whose device is deleted while the key is made brings it not back', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    const redeemed = claims.redeem(secret, ADDRESS)
    await scene.registry.devices.remove('pump')
    await expect(redeemed).rejects.toMatchObject({ code: 'claim_not_found' })
    expect(scene.stores.devices.find('pump')).toBeUndefined()
  })

  test('may be made anew after one was used', async () => {
    await claims.redeem(claims.create({ deviceId: 'pump' }).secret, ADDRESS)
    await claims.redeem(claims.create({ deviceId: 'pump' }).secret, ADDRESS)
    expect(scene.active('pump')).toHaveLength(2)
  })

  test('that is open is named beside what lets a device in', async () => {
    const { claim, secret } = claims.create({ deviceId: 'pump' })
    expect(claims.thatLetIn('pump')).toEqual([`claim ${claim.id}`])
    await claims.redeem(secret, ADDRESS)
    expect(claims.thatLetIn('pump')).toEqual([])
    expect(() => claims.revoke('pump')).toThrow(/no claim that is open/)
  })

  test('of somebody else’s device is refused', () => {
    scene.registry.devices.create({ deviceId: 'pump', userId: 'ann' }, true)
    expect(() => claims.create({ deviceId: 'pump', userId: 'bob' })).toThrow(/belongs to another user/)
    expect(claims.find('pump')).toBeUndefined()
  })
})

describe('whoever guesses', () => {
  const wrong = `sgn_000000000000_${'A'.repeat(43)}`

  test('waits a minute after five wrong links, alone', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    for (const guess of [wrong, 'no secret', '', wrong, `${secret.slice(0, -1)}!`]) {
      await expect(claims.redeem(guess, ADDRESS)).rejects.toMatchObject({ code: 'claim_not_found' })
    }
    await expect(claims.redeem(secret, ADDRESS)).rejects.toMatchObject({ code: 'too_many_attempts' })
    await expect(claims.redeem(wrong, '192.0.2.8')).rejects.toMatchObject({ code: 'claim_not_found' })
    scene.advance(MINUTE_MS)
    await expect(claims.redeem(secret, ADDRESS)).resolves.toMatchObject({ certificate: { subjectId: 'pump' } })
  })

  test('with the right id and a wrong secret learns nothing', async () => {
    const { secret } = claims.create({ deviceId: 'pump' })
    const guess = secret.slice(0, 17) + 'A'.repeat(43)
    await expect(claims.redeem(guess, ADDRESS)).rejects.toMatchObject({ code: 'claim_not_found' })
    expect(claims.find('pump')).toMatchObject({ state: 'open' })
  })
})

async function removeAndCreate(): Promise<void> {
  await scene.registry.devices.remove('pump')
  scene.registry.devices.create({ deviceId: 'pump' }, true)
}
