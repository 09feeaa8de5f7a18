import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createPolicyStore } from '../../src/db/policy-store.ts'
import { createServiceStore } from '../../src/db/service-store.ts'
import { DEVICE_POLICY, type Policy } from '../../src/registry/policy.ts'
import { createDevice, createService } from './records.ts'

const WIDE: Policy = {
  name: 'wide',
  rules: [
    { effect: 'allow', actions: ['subscribe'], topicFilter: 'users/#' },
    { effect: 'deny', actions: ['publish', 'subscribe'], topicFilter: 'users/"ann"/\u0000\u{1F512}/#' },
  ],
  clientId: 'any',
}

for (const name of ['device', 'constructor', '__proto__', 'service:billing']) {
  test(`policy ${name} is unknown until it is saved and then found as it was saved`, () => {
    using database = openDatabase()
    const store = createPolicyStore(database)
    expect(store.find(name)).toBeUndefined()
    store.save({ ...WIDE, name })
    expect(store.find(name)).toStrictEqual({ ...WIDE, name })
  })
}

test('a policy is replaced by the one of the same name, and removed by name', () => {
  using database = openDatabase()
  const store = createPolicyStore(database)
  store.save({ ...DEVICE_POLICY, name: 'wide' })
  store.save(WIDE)
  store.save(DEVICE_POLICY)
  expect(store.list()).toStrictEqual([DEVICE_POLICY, WIDE])
  store.delete('wide')
  store.delete('never-there')
  expect(store.list()).toStrictEqual([DEVICE_POLICY])
})

test('a policy is attached while a device or a service names it, stored or not', () => {
  using database = openDatabase()
  const store = createPolicyStore(database)
  const devices = createDeviceStore(database)
  const services = createServiceStore(database)
  expect(store.isAttached('__proto__')).toBe(false)
  devices.save(createDevice('d1', { policies: ['other', 'wide'] }))
  services.save(createService('billing', { policies: ['wide'] }))
  expect(store.isAttached('wide')).toBe(true)
  expect(store.isAttached('Wide')).toBe(false)
  devices.save(createDevice('d1', { policies: ['other'] }))
  expect(store.isAttached('wide')).toBe(true)
  services.delete('billing')
  expect(store.isAttached('wide')).toBe(false)
  expect(store.isAttached('other')).toBe(true)
  devices.delete('d1')
  expect(store.isAttached('other')).toBe(false)
})
