import { describe, expect, test } from 'vitest'
import type { ClientIdClaim } from '../../src/registry/client-id.ts'
import { ANONYMOUS, type Identity } from '../../src/registry/identity.ts'
import { createScene, type Scene } from './registry-scene.ts'

const PUMP: Identity = { kind: 'device', id: 'pump', userId: 'default' }
const VALVE: Identity = { kind: 'device', id: 'valve', userId: 'default' }
/** Its policy says `clientId: any`. */
const GATEWAY: Identity = { kind: 'device', id: 'gateway', userId: 'default' }
const BACKEND: Identity = { kind: 'service', id: 'backend', userId: undefined }
const NESTED: Identity = { kind: 'device', id: 'pump:motor', userId: 'default' }

interface Row {
  readonly who: Identity
  readonly clientId: string
  readonly expected: ClientIdClaim
}

const OF_ANYBODY: readonly Row[] = [
  { who: ANONYMOUS, clientId: 'guest', expected: 'free' },
  { who: ANONYMOUS, clientId: 'pump', expected: 'refused' },
  { who: ANONYMOUS, clientId: 'pump:1', expected: 'refused' },
  { who: ANONYMOUS, clientId: 'backend', expected: 'refused' },
]

const OWN: readonly Row[] = [
  { who: PUMP, clientId: 'pump', expected: 'own' },
  { who: PUMP, clientId: 'pump:1', expected: 'own' },
  { who: PUMP, clientId: 'pump:a:b', expected: 'own' },
  { who: PUMP, clientId: 'pump::', expected: 'own' },
  { who: PUMP, clientId: 'pump:', expected: 'refused' },
  { who: PUMP, clientId: 'Pump', expected: 'refused' },
  { who: PUMP, clientId: 'Pump:1', expected: 'refused' },
  { who: PUMP, clientId: 'pump-1', expected: 'refused' },
  { who: PUMP, clientId: '', expected: 'refused' },
  { who: PUMP, clientId: ':', expected: 'refused' },
  { who: PUMP, clientId: ':pump', expected: 'refused' },
  { who: PUMP, clientId: 'anything', expected: 'refused' },
  { who: PUMP, clientId: `pump:${'x'.repeat(251)}`, expected: 'own' },
  { who: PUMP, clientId: `pump:${'x'.repeat(252)}`, expected: 'refused' },
  { who: PUMP, clientId: 'pump:a/b', expected: 'refused' },
  { who: PUMP, clientId: 'pump:+', expected: 'refused' },
  { who: PUMP, clientId: 'pump:#', expected: 'refused' },
  { who: PUMP, clientId: 'pump:\n', expected: 'refused' },
  { who: PUMP, clientId: 'pump:\0', expected: 'refused' },
  { who: BACKEND, clientId: 'backend', expected: 'own' },
  { who: BACKEND, clientId: 'backend:1', expected: 'own' },
]

const REGISTERED: readonly Row[] = [
  { who: PUMP, clientId: 'valve', expected: 'refused' },
  { who: PUMP, clientId: 'backend', expected: 'refused' },
  { who: PUMP, clientId: 'pump:motor', expected: 'refused' },
  { who: PUMP, clientId: 'pump:motor:1', expected: 'refused' },
  { who: PUMP, clientId: 'pump:motor:', expected: 'refused' },
  { who: PUMP, clientId: 'pump:motors', expected: 'own' },
  { who: NESTED, clientId: 'pump:motor', expected: 'own' },
  { who: NESTED, clientId: 'pump:motor:1', expected: 'own' },
  { who: NESTED, clientId: 'pump:1', expected: 'refused' },
]

const RECORDED: readonly Row[] = [
  { who: VALVE, clientId: 'legacy-4', expected: 'own' },
  { who: VALVE, clientId: 'legacy-4:1', expected: 'refused' },
  { who: VALVE, clientId: 'Legacy-4', expected: 'refused' },
  { who: VALVE, clientId: 'pump:shared', expected: 'own' },
  { who: PUMP, clientId: 'legacy-4', expected: 'refused' },
  { who: PUMP, clientId: 'pump:shared', expected: 'refused' },
  { who: GATEWAY, clientId: 'legacy-4', expected: 'refused' },
  { who: BACKEND, clientId: 'legacy-4', expected: 'refused' },
]

const ANY: readonly Row[] = [GATEWAY, BACKEND].flatMap((who) => [
  { who, clientId: 'anything', expected: 'free' },
  { who, clientId: 'any:thing', expected: 'free' },
  { who, clientId: ':', expected: 'free' },
  { who, clientId: 'Pump', expected: 'free' },
  { who, clientId: 'pump', expected: 'refused' },
  { who, clientId: 'pump:1', expected: 'refused' },
  { who, clientId: 'pump:', expected: 'refused' },
  { who, clientId: 'pump:motor:1', expected: 'refused' },
  { who, clientId: `${who.id}:`, expected: 'refused' },
  { who, clientId: 'a/b', expected: 'refused' },
  { who, clientId: 'x'.repeat(257), expected: 'refused' },
])

for (const { title, rows } of [
  { title: 'a client id is the own id, or the own id with a suffix', rows: OWN },
  { title: 'an exact registered id wins over a suffix, and the longer one over the shorter', rows: REGISTERED },
  { title: "a recorded client id is its device's alone", rows: RECORDED },
  { title: 'any client id is none that belongs to another', rows: ANY },
  { title: 'who need not say who it is takes no client id of those who do', rows: OF_ANYBODY },
]) {
  describe(title, () => {
    for (const { who, clientId, expected } of rows) {
      test(`${expected}: ${who.id} as ${JSON.stringify(clientId.slice(0, 20))} (${clientId.length})`, async () => {
        using scene = await createInhabitedScene()
        expect(scene.registry.clientIds.claim(who, clientId)).toBe(expected)
      })
    }
  })
}

test('a client id is free again when the device that had it is removed', async () => {
  using scene = await createInhabitedScene()
  await scene.registry.devices.remove('valve')
  for (const clientId of ['valve', 'valve:1', 'legacy-4']) {
    expect(scene.registry.clientIds.claim(BACKEND, clientId), clientId).toBe('free')
  }
})

async function createInhabitedScene(): Promise<Scene> {
  const scene = await createScene()
  const { devices, services, policies } = scene.registry
  policies.put({ name: 'any', rules: [], clientId: 'any' })
  services.create({ name: 'backend' }, true)
  devices.create({ deviceId: 'pump' }, true)
  devices.create({ deviceId: 'pump:motor' }, true)
  devices.create({ deviceId: 'valve', clientIds: ['legacy-4', 'pump:shared'] }, true)
  devices.create({ deviceId: 'gateway', policies: ['any'] }, true)
  return scene
}
