import { expect, test } from 'vitest'
import { publishLeftWills } from '../../../src/broker/delivery/left-wills.ts'
import type { Identity } from '../../../src/registry/identity.ts'
import { createLink, createMessage, type DeliveryScene, OWNER, openDeliveryScene } from './delivery-scene.ts'

const IDENTITY: Identity = { ...OWNER, userId: undefined }

function publish(scene: DeliveryScene, mayPublish = true): Promise<void> {
  return publishLeftWills({
    ...scene,
    identityOf: (credential) => (credential === 'active' ? IDENTITY : undefined),
    mayPublish: () => mayPublish,
  })
}

function leave(scene: DeliveryScene, clientId: string, credential?: string): void {
  const will = createMessage({ topic: 'will', payload: Buffer.from(clientId), retain: true })
  scene.stores.journal.write(() => scene.stores.wills.save(clientId, will, credential))
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
