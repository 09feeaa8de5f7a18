import { expect, test } from 'vitest'
import { publishLeftWills } from '../../../src/broker/delivery/left-wills.ts'
import type { Identity } from '../../../src/registry/identity.ts'
import { createLink, createMessage, type DeliveryScene, OWNER, openDeliveryScene } from './delivery-scene.ts'

const IDENTITY: Identity = { ...OWNER, userId: undefined }

function publish(scene: DeliveryScene, mayPublish = true): Promise<void> {
  return publishLeftWills({
    ...scene,
    identityOf: (fingerprint) => (fingerprint === 'active' ? IDENTITY : undefined),
    mayPublish: () => mayPublish,
  })
}

function leave(scene: DeliveryScene, clientId: string, fingerprint?: string): void {
  const will = createMessage({ topic: 'will', payload: Buffer.from(clientId), retain: true })
  scene.stores.journal.write(() => scene.stores.wills.save(clientId, will, fingerprint))
}

test('a will that the last process left is published once, unless its certificate is revoked or its holder gone', async () => {
  using scene = openDeliveryScene()
  const link = createLink()
  scene.sessions.attach(scene.openStored(), link)
  leave(scene, 'vanished', 'active')
  leave(scene, 'revoked', 'revoked')
  leave(scene, 'unknown')
  await scene.settled()
  const next = scene.restart()
  await publish(next)
  await publish(next)
  next.sessions.attach(next.openStored(), link)
  await next.settled()
  expect(link.payloads).toEqual(['vanished'])
  expect(next.stores.wills.list()).toEqual([])
  expect([...next.retained.find('will')]).toHaveLength(1)
})

test('a will outside the policy of today is forgotten', async () => {
  using scene = openDeliveryScene()
  leave(scene, 'vanished', 'active')
  await publish(scene, false)
  await scene.settled()
  expect(scene.stores.wills.has('vanished')).toBe(false)
  expect([...scene.retained.find('will')]).toEqual([])
})

test('a store that cannot be written is named, as the cause for which the hub does not start', async () => {
  using scene = openDeliveryScene()
  leave(scene, 'vanished', 'active')
  await scene.settled()
  scene.stores.database.sqlite.pragma('query_only = on')
  await expect(publish(scene)).rejects.toMatchObject({ code: 'file_unreachable' })
})

test('a will that cannot be published now is tried again at the next start', async () => {
  using scene = openDeliveryScene()
  scene.openStored()
  leave(scene, 'vanished', 'active')
  await scene.settled()
  scene.fillDisk()
  await expect(publish(scene)).rejects.toThrow('full')
  await scene.settled()
  scene.makeRoom()
  await publish(scene.restart())
  expect(scene.stores.wills.list()).toEqual([])
})

test('a will for which the store has no room waits for the next start, and holds up no start', async () => {
  using scene = openDeliveryScene()
  leave(scene, 'vanished', 'active')
  await scene.settled()
  scene.room.isFull = true
  await publish(scene)
  expect(scene.stores.wills.has('vanished')).toBe(true)
  await publish(scene.restart())
  expect(scene.stores.wills.list()).toEqual([])
})
