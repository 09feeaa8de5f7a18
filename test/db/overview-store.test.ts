import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createEventStore } from '../../src/db/event-store.ts'
import { createOverviewStore } from '../../src/db/overview-store.ts'
import { createServiceStore } from '../../src/db/service-store.ts'
import { createDevice, createService, minutesAfterNoon } from './records.ts'

describe('the overview of the registry', () => {
  test('counts devices and services', () => {
    using database = openDatabase()
    const store = createOverviewStore(database)
    expect(store.count()).toEqual({ devices: 0, suspended: 0, services: 0 })
    const devices = createDeviceStore(database)
    devices.save(createDevice('a'))
    devices.save(createDevice('b', { state: 'suspended' }))
    createServiceStore(database).save(createService('s'))
    expect(store.count()).toEqual({ devices: 2, suspended: 1, services: 1 })
  })

  test('lists when devices came or went last, the one that has waited longest first', () => {
    using database = openDatabase()
    const events = createEventStore(database)
    const at = (id: number, type: string, kind: string, subject: string) => ({
      id,
      at: minutesAfterNoon(id),
      type,
      data: { kind, id: subject },
    })
    events.append([
      at(1, 'device.connected', 'device', 'a'),
      at(2, 'device.connected', 'device', 'b'),
      at(3, 'device.disconnected', 'device', 'a'),
      at(4, 'certificate.issued', 'device', 'b'),
      at(5, 'device.connected', 'service', 's'),
    ])
    expect([...createOverviewStore(database).listSeen()]).toEqual([
      ['b', minutesAfterNoon(2)],
      ['a', minutesAfterNoon(3)],
    ])
  })
})
