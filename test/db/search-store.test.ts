import { describe, expect, test } from 'vitest'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { openDatabase } from '../../src/db/database.ts'
import { createDeviceStore } from '../../src/db/device-store.ts'
import { createSearchStore } from '../../src/db/search-store.ts'
import { createServiceStore } from '../../src/db/service-store.ts'
import { createSearch, MOST_HITS } from '../../src/registry/search.ts'
import { createCertificate, createDevice, createService } from './records.ts'

const FINGERPRINT = `AB:CD:EF:${Array.from({ length: 29 }, () => '0A').join(':')}`
const SESSIONS = [
  { clientId: 'pump-1', address: '192.0.2.7', identity: { kind: 'device', id: 'pump-1' } },
  { clientId: 'pump-1:app', address: '198.51.100.1', identity: { kind: 'device', id: 'pump-1' } },
  { clientId: 'worker', address: '2001:db8::1', identity: { kind: 'service', id: 'backend' } },
]

function createScene(sessions = SESSIONS) {
  const database = openDatabase()
  const devices = createDeviceStore(database)
  devices.save(createDevice('pump-1', { userId: 'eva' }))
  devices.save(createDevice('big-pump', { userId: 'eva' }))
  devices.save(createDevice('a_b', { userId: 'ann' }))
  createServiceStore(database).save(createService('backend'))
  createCertificateStore(database).insert(
    createCertificate('pump-1', { fingerprint: FINGERPRINT, serialNumber: '0F12AB' }),
  )
  const search = createSearch({ store: createSearchStore(database), sessions: () => sessions })
  const found = (text: string): readonly string[] =>
    search(text).map(({ kind, id, matched, text: told }) => `${kind} ${id} by ${matched}: ${told}`)
  return { devices, search, found, [Symbol.dispose]: () => database[Symbol.dispose]() }
}

const CERTIFICATE = `certificate ${FINGERPRINT} by fingerprint: device pump-1`

describe('a search', () => {
  for (const { text, expected } of [
    {
      text: 'PUMP',
      expected: ['device pump-1 by id: device of eva', 'device big-pump by id: device of eva'],
    },
    { text: 'pump-1:', expected: ['session pump-1:app by clientId: device pump-1 at 198.51.100.1'] },
    { text: 'eva', expected: ['user eva by user: 2 devices'] },
    { text: 'ann', expected: ['user ann by user: 1 device'] },
    { text: 'ackend', expected: ['service backend by id: service backend'] },
    { text: FINGERPRINT, expected: [CERTIFICATE] },
    { text: FINGERPRINT.toLowerCase().replaceAll(':', ''), expected: [CERTIFICATE] },
    { text: 'ab:cd:ef', expected: [CERTIFICATE] },
    { text: 'abcdef0', expected: [CERTIFICATE] },
    { text: 'ab:cd', expected: [] },
    { text: '0f12ab', expected: [`certificate ${FINGERPRINT} by serialNumber: device pump-1`] },
    { text: 'f12ab', expected: [`certificate ${FINGERPRINT} by serialNumber: device pump-1`] },
    { text: '192.0.2', expected: ['session pump-1 by address: device pump-1 at 192.0.2.7'] },
    { text: '2001:db8', expected: ['session worker by address: service backend at 2001:db8::1'] },
    { text: 'a_b', expected: ['device a_b by id: device of ann'] },
    { text: '%', expected: [] },
    { text: `' or 1=1 --`, expected: [] },
    { text: 'zzz', expected: [] },
  ]) {
    test(`for ${text} finds ${expected.length}`, () => {
      using scene = createScene()
      const matching = scene.found(text)
      expect(matching.filter((hit) => text !== 'PUMP' || hit.startsWith('device'))).toEqual(expected)
    })
  }

  test('finds so many of each kind, and so many at most', () => {
    const many = Array.from({ length: 100 }, (_, n) => ({
      clientId: `d${n}:x`,
      address: '192.0.2.7',
      identity: { kind: 'device', id: `d${n}` },
    }))
    using scene = createScene(many)
    for (let n = 0; n < 100; n++) scene.devices.save(createDevice(`d${n}`, { userId: `d-user-${n}` }))
    const kinds = scene.search('d').map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'device')).toHaveLength(8)
    expect(kinds.filter((kind) => kind === 'user')).toHaveLength(8)
    expect(kinds).toContain('session')
    expect(kinds.length).toBeLessThanOrEqual(MOST_HITS)
  })
})
