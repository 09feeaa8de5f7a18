import { describe, expect, test } from 'vitest'
import { createEmqxCutter } from '../../src/registry/emqx-cutter.ts'
import type { EmqxClient, RemoteCutter } from '../../src/registry/emqx-ports.ts'
import { createScene, NOON, type Scene } from './registry-scene.ts'

const EARLIER = new Date(NOON.getTime() - 1_000)
const LATER = new Date(NOON.getTime() + 1_000)

describe('a device that is cut', () => {
  for (const { name, clientId, ended } of [
    { name: 'its id', clientId: 'pump', ended: true },
    { name: 'a suffix of its id', clientId: 'pump:1', ended: true },
    { name: 'a client id recorded for it', clientId: 'legacy', ended: true },
    { name: 'the id of another, longer device', clientId: 'pump:big', ended: false },
    { name: "a suffix of that device's id", clientId: 'pump:big:1', ended: false },
    { name: 'an id that holds its id', clientId: 'my-pump', ended: false },
    { name: 'another id', clientId: 'valve', ended: false },
  ]) {
    test(`is ${ended ? 'ended' : 'left'} at EMQX under ${name}`, async () => {
      using place = await createPlace()
      place.connect(clientId)
      await place.cutter.cutIdentity('device', 'pump', 'device suspended', ['legacy'])
      expect(place.left()).toEqual(ended ? [] : [clientId])
    })
  }

  test('keeps at EMQX the sessions that wait there, and a removed one does not', async () => {
    using place = await createPlace()
    place.connect('pump', { isConnected: false })
    await place.cutter.cutIdentity('device', 'pump', 'device suspended', [])
    expect(place.left()).toEqual(['pump'])
    await place.cutter.forgetIdentity('device', 'pump', 'ann', [])
    expect(place.left()).toEqual([])
  })
})

test('a service is ended at EMQX under its name as user name too: it may use any client id', async () => {
  using place = await createPlace()
  place.connect('worker-7', { username: 'backend' })
  place.connect('worker-8', { username: 'other' })
  await place.cutter.cutIdentity('service', 'backend', 'service suspended', [])
  expect(place.left()).toEqual(['worker-8'])
})

describe('a certificate that is cut', () => {
  test('ends the clients of its subject', async () => {
    using place = await createPlace()
    const { fingerprint } = (await place.scene.registry.certificates.issueToDevice({ deviceId: 'pump' })).certificate
    for (const clientId of ['pump', 'legacy', 'valve']) place.connect(clientId, { connectedAt: LATER })
    await place.scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
    await place.cutter.cutCredentials([fingerprint], 'certificate revoked: keyCompromise')
    expect(place.left()).toEqual(['valve'])
  })

  test('because it was superseded leaves the younger connection, which has the newer one', async () => {
    using place = await createPlace()
    const { fingerprint } = (await place.scene.registry.certificates.issueToDevice({ deviceId: 'pump' })).certificate
    place.scene.stores.certificates.markRevoked([fingerprint], NOON, 'superseded')
    place.connect('pump', { connectedAt: LATER })
    place.connect('pump:old', { connectedAt: EARLIER })
    place.connect('pump:waiting', { connectedAt: EARLIER, isConnected: false })
    place.connect('pump:unknown', { connectedAt: undefined })
    await place.cutter.cutCredentials([fingerprint], 'certificate revoked: superseded')
    expect(place.left()).toEqual(['pump', 'pump:waiting', 'pump:unknown'])
  })

  test('of a server, or of nobody, is none of EMQX', async () => {
    using place = await createPlace()
    const { fingerprint, certificatePem } = await place.scene.authority.issueServer(['emqx'])
    const { certificate } = await place.scene.registry.certificates.issueToDevice({ deviceId: 'pump' })
    place.scene.stores.certificates.insert({
      ...certificate,
      id: crypto.randomUUID(),
      kind: 'server',
      subjectId: 'emqx',
      fingerprint,
      pem: certificatePem,
      serialNumber: '0102',
    })
    await place.cutter.cutCredentials([fingerprint, 'AB'], 'certificate revoked: unspecified')
    expect(place.asked).toEqual([])
  })
})

describe('when EMQX does not do it', () => {
  test('it is tried again, and nobody is told of what was mended', async () => {
    using place = await createPlace({ failures: 4 })
    place.connect('pump')
    await place.cutter.cutIdentity('device', 'pump', 'device suspended', [])
    expect(place.left()).toEqual([])
    expect(place.told).toEqual([])
  })

  test('five times in vain, it is told, and the cut is answered all the same', async () => {
    using place = await createPlace({ failures: 5 })
    place.connect('pump')
    await place.cutter.cutIdentity('device', 'pump', 'device suspended', [])
    expect(place.told).toEqual([['device', 'pump', 'EMQX answered 503']])
    expect(place.asked).toHaveLength(5)
  })

  test('the cut waits two seconds and no longer', async () => {
    using place = await createPlace({ hangs: true })
    await place.cutter.cutIdentity('device', 'pump', 'device suspended', [])
    expect(place.pauses).toEqual([2_000])
    expect(place.told).toEqual([])
  })

  test('the end of the hub ends the attempts', async () => {
    using place = await createPlace({ failures: 5, ends: true })
    await place.cutter.cutIdentity('device', 'pump', 'device suspended', [])
    expect(place.told).toEqual([['device', 'pump', 'the hub ends']])
    expect(place.asked).toHaveLength(1)
  })
})

interface Trouble {
  /** So many lists are not answered. */
  readonly failures?: number
  readonly hangs?: boolean
  readonly ends?: boolean
}

interface Place extends Disposable {
  readonly scene: Scene
  readonly cutter: RemoteCutter
  readonly asked: readonly string[]
  readonly pauses: readonly number[]
  readonly told: readonly (readonly [kind: string, id: string, message: string])[]
  connect(clientId: string, more?: Partial<EmqxClient> & { readonly username?: string }): void
  left(): readonly string[]
}

/** The device `pump`, which has the client id `legacy`, and `pump:big`, with an EMQX that keeps its clients in a list. */
async function createPlace({ failures = 0, hangs = false, ends = false }: Trouble = {}): Promise<Place> {
  const scene = await createScene()
  const { devices } = scene.registry
  devices.create({ deviceId: 'pump', userId: 'ann', clientIds: ['legacy'] }, true)
  devices.create({ deviceId: 'pump:big' }, true)
  const present = new Map<string, EmqxClient & { readonly username?: string }>()
  const asked: string[] = []
  const pauses: number[] = []
  const told: [string, string, string][] = []
  const list = async (call: string, isListed: (client: { clientId: string; username?: string }) => boolean) => {
    asked.push(call)
    if (hangs) return new Promise<never>(() => undefined)
    if (asked.length <= failures) throw new Error('EMQX answered 503')
    return [...present.values()].filter(isListed)
  }
  const cutter = createEmqxCutter({
    ...scene.stores,
    clientIds: scene.registry.clientIds,
    clients: {
      listLike: (part) => list(`like ${part}`, ({ clientId }) => clientId.includes(part)),
      listOfUsername: (name) => list(`username ${name}`, ({ username }) => username === name),
      disconnect: async (clientId) => void present.delete(clientId),
    },
    onFailure(kind, id, error) {
      told.push([kind, id, error instanceof Error ? error.message : String(error)])
    },
    async elapse(milliseconds) {
      pauses.push(milliseconds)
      // The bound of the answer is reached where EMQX hangs, and nowhere else.
      if (milliseconds === 2_000 && !hangs) await new Promise(() => undefined)
      if (ends) throw new Error('the hub ends')
    },
    clock: scene.clock,
  })
  return {
    scene,
    cutter,
    asked,
    pauses,
    told,
    connect: (clientId, more = {}) =>
      void present.set(clientId, { clientId, isConnected: true, connectedAt: EARLIER, ...more }),
    left: () => [...present.keys()],
    [Symbol.dispose]: () => scene[Symbol.dispose](),
  }
}
