import { expect, test } from 'vitest'
import { Bindings } from '../../../src/broker/aedes/bindings.ts'
import { DeliveryState } from '../../../src/broker/aedes/delivery-state.ts'
import { Gatekeeper } from '../../../src/broker/aedes/gatekeeper.ts'
import { LiveWills } from '../../../src/broker/aedes/live-wills.ts'
import { createLogger } from '../../../src/logger.ts'
import { createAccessPolicy } from '../../../src/registry/access-policy.ts'
import { LogSink } from '../../support/log-sink.ts'
import { openDeliveryScene } from '../delivery/delivery-scene.ts'

test('of a client that has no session nothing is kept, and nothing is owed to it', async () => {
  using scene = openDeliveryScene()
  const logger = createLogger({ level: 'info', format: 'json', stream: new LogSink() })
  const reports = { reached: () => undefined }
  const bans = { forbidsWill: () => false }
  const access = { policyOf: () => createAccessPolicy({ kind: 'device', id: 'x', userId: undefined }, []) }
  const gatekeeper = new Gatekeeper({ access, recordRefusal: () => undefined, reports, bans, logger })
  const wills = new LiveWills(scene.stores)
  const state = new DeliveryState(scene, new Bindings(scene, gatekeeper, wills), wills, { find: async () => [] })
  const client = { id: 'stranger' }
  const packet = { cmd: 'publish', topic: 'a', payload: 'x', qos: 1, retain: false, dup: false, messageId: 1 } as const

  await state.setup()
  await state.addSubscriptions(client, [{ topic: 'a', qos: 1 }])
  await state.removeSubscriptions(client, ['a'])
  await state.outgoingUpdate(client, {})
  await state.outgoingClearMessageId(client, {})
  await state.incomingStorePacket()
  await state.incomingDelPacket(client, {})
  await state.cleanSubscriptions(client)
  await state.cleanIncoming()
  await state.putWill(client, packet)
  await state.delWill(client)
  await expect(state.incomingGetPacket(client, {})).rejects.toThrow('no such packet')
  await expect(state.subscriptionsByClient(client)).rejects.toThrow('stranger')
  expect(await state.outgoingStream().toArray()).toEqual([])
  expect(await state.streamWill().toArray()).toEqual([])
  expect(scene.stores.subscriptions.list()).toEqual([])
  expect(scene.stores.wills.list()).toEqual([])
})
