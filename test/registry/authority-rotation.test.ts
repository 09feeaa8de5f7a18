import { describe, expect, test } from 'vitest'
import { createAuthorityStore } from '../../src/db/authority-store.ts'
import { createRevocationListStore, FIRST_LIST_PATH } from '../../src/db/revocation-list-store.ts'
import {
  type AuthorityFacts,
  createAuthorityRotations,
  type RotatingAuthorities,
} from '../../src/registry/authority-rotation.ts'
import type { PublishedLists } from '../../src/registry/revocation-lists.ts'
import { createCertificate } from '../db/records.ts'
import { countEventLoopTurns } from '../support/event-loop-turns.ts'
import { createScene, DAY_MS, NOON, type Scene } from './registry-scene.ts'

const FLEET = 125

function factsOf({ authority }: Scene): AuthorityFacts {
  const { fingerprint, notAfter, caCertificatePem: certificatePem } = authority
  return { fingerprint, subject: 'CN=old', notBefore: NOON, notAfter, certificatePem }
}

/** With a CA that is about to go and as many devices of it, and how many of their certificates were good at each step. */
function rotate(scene: Scene, isOutOfDisk = () => false) {
  const { stores, database, clock } = scene
  const retiring = factsOf(scene)
  const store = createAuthorityStore(database)
  const steps: string[] = []
  const countGood = (): number =>
    store.listUnended({ issuer: retiring.fingerprint, now: clock(), limit: 999 }).items.length
  const step = (name: string): void => void steps.push(`${name}: ${countGood()} left`)
  for (let number = 0; number < FLEET; number++) {
    stores.certificates.insert(createCertificate(`device-${number}`, { issuer: retiring.fingerprint }))
  }
  const authorities: RotatingAuthorities = {
    current: { ...retiring, fingerprint: 'NEW', subject: 'CN=new' },
    retiring,
    requireUnlocked: () => undefined,
    prepare: () => Promise.reject(new Error('none follows')),
    distrustRetiring: () => step('distrusted'),
    renewServer: async () => step('server'),
    finish: async () => step('finished'),
  }
  const rotations = createAuthorityRotations({
    authorities,
    store,
    lists: {
      async last() {
        step('last list')
        return {} as PublishedLists
      },
    },
    revocations: scene.registry.revocations,
    foreignSubjects: () => [],
    transaction: (work) =>
      stores.transaction(() => {
        const result = work()
        if (isOutOfDisk()) throw new Error('database or disk is full')
        return result
      }),
    events: { publish: () => undefined } as never,
    clock,
  })
  return { rotations, steps, countGood }
}

describe('since when a CA is retiring', () => {
  const open = (scene: Scene, hasTakenOver: boolean, store = createAuthorityStore(scene.database)) => {
    const { stores, database, clock } = scene
    const [old, next] = [factsOf(scene), { ...factsOf(scene), fingerprint: 'NEW', subject: 'CN=new' }]
    let retiring = hasTakenOver ? old : undefined
    const takeOver = (): Promise<void> => {
      retiring = old
      return Promise.resolve()
    }
    const rotations = createAuthorityRotations({
      authorities: {
        get current() {
          return retiring ? next : old
        },
        get retiring() {
          return retiring
        },
        requireUnlocked: () => undefined,
        prepare: async () => ({ ...next, takeOver }),
        distrustRetiring: () => undefined,
        renewServer: async () => undefined,
        finish: async () => undefined,
      },
      store,
      lists: { last: async () => ({}) as PublishedLists },
      revocations: scene.registry.revocations,
      foreignSubjects: () => [],
      transaction: stores.transaction,
      events: { publish: () => undefined } as never,
      clock,
    })
    return { rotations, since: () => createAuthorityStore(database).findRetiringSince(old.fingerprint) }
  }

  test('is told by the rotation in which another took over, not by one that was killed before', async () => {
    using scene = await createScene()
    createAuthorityStore(scene.database).noteRetiring(factsOf(scene), NOON)
    scene.advance(DAY_MS)
    const { rotations, since } = open(scene, false)
    expect(since()).toEqual(NOON)
    await rotations.begin({})
    expect(since()).toEqual(scene.clock())
  })

  test('is what was noted when the hub is started again, or its start where nothing was', async () => {
    using scene = await createScene()
    const { since } = open(scene, true)
    expect(since()).toEqual(NOON)
    scene.advance(DAY_MS)
    open(scene, true)
    expect(since()).toEqual(NOON)
  })

  describe('with a fleet whose certificates are noted under none', () => {
    const ISSUERLESS = 600

    async function createFleet() {
      const scene = await createScene()
      const revoked = { revokedAt: NOON, revocationReason: 'superseded' } as const
      for (let number = 0; number < ISSUERLESS; number++)
        scene.stores.certificates.insert(createCertificate(`device-${number}`, number % 2 ? revoked : {}))
      const { fingerprint: issuer } = factsOf(scene)
      const count = scene.database.sqlite.prepare('select count(*) from certificates where issuer = ?').pluck()
      const lists = createRevocationListStore(scene.database, { issuer, path: FIRST_LIST_PATH })
      const dependents = () => createAuthorityStore(scene.database).countDependents(issuer, NOON)
      return {
        scene,
        countNoted: () => count.get(issuer),
        read: () => ({ dependents: dependents(), revoked: lists.listRevoked(NOON, '', 999).length }),
        [Symbol.dispose]: () => scene[Symbol.dispose](),
      }
    }

    test('notes a part of them a turn of the event loop', async () => {
      using fleet = await createFleet()
      using turns = countEventLoopTurns()
      await open(fleet.scene, false).rotations.begin({})
      expect(turns.passed).toBeGreaterThanOrEqual(2)
      expect(fleet.countNoted()).toBe(ISSUERLESS)
    })

    test('is what it was where the hub ends in the midst, and begins anew after that', async () => {
      using fleet = await createFleet()
      const before = fleet.read()
      const store = createAuthorityStore(fleet.scene.database)
      const { rotations, since } = open(fleet.scene, false, {
        ...store,
        noteIssued(fingerprint, after) {
          if (after !== undefined) throw new Error('killed')
          return store.noteIssued(fingerprint, after)
        },
      })
      await expect(rotations.begin({})).rejects.toThrow('killed')
      expect([fleet.countNoted(), since(), fleet.read()]).toEqual([250, undefined, before])
      await open(fleet.scene, false).rotations.begin({})
      expect([fleet.countNoted(), since(), fleet.read()]).toEqual([ISSUERLESS, NOON, before])
    })
  })
})

describe('a CA that a whole fleet depends on', () => {
  test('is trusted no more in the tick of the call, and its certificates are revoked in many turns of the event loop', async () => {
    using scene = await createScene()
    const { rotations, steps } = rotate(scene)
    using turns = countEventLoopTurns()
    await rotations.retire(true)
    expect(turns.passed).toBeGreaterThanOrEqual(2)
    expect(scene.cuts.map(({ of, admissible }) => [of.length, admissible])).toEqual([
      [50, 0],
      [50, 0],
      [25, 0],
    ])
    expect(steps).toEqual(['distrusted: 75 left', 'server: 0 left', 'last list: 0 left', 'finished: 0 left'])
  })

  test('is kept as it was when nothing can be written, and is refused as long as it is not forced', async () => {
    using scene = await createScene()
    const { rotations, steps, countGood } = rotate(scene, () => true)
    await expect(rotations.retire(true)).rejects.toThrow('disk is full')
    await expect(rotations.retire(false)).rejects.toMatchObject({ code: 'authority_in_use' })
    expect([steps, countGood(), scene.cuts]).toEqual([[], FLEET, []])
  })

  test('is retired by a second call where the first one broke off in the midst', async () => {
    using scene = await createScene()
    let transactions = 0
    const { rotations, countGood } = rotate(scene, () => ++transactions === 2)
    await expect(rotations.retire(true)).rejects.toThrow('disk is full')
    expect(countGood()).toBe(FLEET - 50)
    await rotations.retire(true)
    expect(countGood()).toBe(0)
  })

  test('goes without a word once all of it has expired', async () => {
    using scene = await createScene()
    const { rotations, steps } = rotate(scene)
    scene.advance(400 * DAY_MS)
    await rotations.retire(false)
    expect([steps[0], scene.cuts]).toEqual(['distrusted: 0 left', []])
  })
})
