import { describe, expect, test } from 'vitest'
import { DomainError } from '../../src/errors.ts'
import {
  type IssuedList,
  type ListSigner,
  type RevocationListStore,
  RevocationLists,
  type RevokedCertificate,
  type SignedLists,
} from '../../src/registry/revocation-lists.ts'
import { DAY_MS, MINUTE_MS, NOON } from './registry-scene.ts'

type Plan = Parameters<ListSigner['signRevocationList']>[0]

function createScene({ latest, published }: { readonly latest?: IssuedList; readonly published?: SignedLists } = {}) {
  const world = {
    now: NOON,
    urls: [] as string[],
    revoked: [] as RevokedCertificate[],
    isFull: false,
    isLocked: false,
    disk: Promise.resolve(),
  }
  const plans: Plan[] = []
  const saved: IssuedList[] = latest ? [latest] : []
  const asked: Date[] = []
  const store: RevocationListStore = {
    listRevoked(since, after, limit) {
      asked.push(since)
      return world.revoked.filter(({ serialNumber }) => serialNumber > after).slice(0, limit)
    },
    latest: () => saved.at(-1),
    published: () => published,
    save({ number, thisUpdate }) {
      if (world.isFull) throw new Error('database or disk is full')
      saved.push({ number, thisUpdate })
    },
    sync: () => world.disk,
    distributionPoints: () => world.urls,
  }
  const signer: ListSigner = {
    requireUnlocked() {
      if (world.isLocked) throw new DomainError('ca_locked', 'locked')
    },
    encodeRevoked: (certificates) => Buffer.from(certificates.map(({ serialNumber }) => `${serialNumber} `).join('')),
    async signRevocationList(plan) {
      plans.push(plan)
      return Buffer.from(`${Buffer.concat(plan.revoked)}at ${plan.distributionPoints.join()}`)
    },
    toPem: async (list) => Buffer.from(`PEM ${list}`),
  }
  const lists = new RevocationLists({ store, signer, clock: () => world.now })
  const revoke = (serialNumber: string): Promise<void> => {
    world.revoked.push({ serialNumber, revokedAt: world.now, reason: 'superseded' })
    return lists.noteRevocation()
  }
  return { lists, world, plans, saved, asked, revoke }
}

describe('a list', () => {
  test('is made once for all who ask, and holds for seven days', async () => {
    const { lists, plans } = createScene()
    const [one, other] = await Promise.all([lists.current(), lists.current()])
    expect(one).toBe(other)
    expect(plans).toHaveLength(1)
    expect(one).toMatchObject({
      madeAt: NOON,
      thisUpdate: new Date(NOON.getTime() - 5 * MINUTE_MS),
      nextUpdate: new Date(NOON.getTime() + 7 * DAY_MS),
    })
    expect(String(one.completePem)).toBe('PEM at ')
    expect(one.forDistributionPoints).toBe(one.complete)
  })

  test('that is asked for after a revocation has it, though one was being made', async () => {
    const { lists, plans, revoke } = createScene()
    const first = lists.current()
    const told = [revoke('01'), revoke('02')]
    expect(String((await lists.current()).complete)).toBe('01 02 at ')
    await Promise.all([first, ...told])
    expect(plans).toHaveLength(2)
  })

  test('is shown to nobody before the disk has it: its number is never given again', async () => {
    const { lists, world, saved } = createScene()
    const { promise, resolve } = Promise.withResolvers<void>()
    world.disk = promise
    let isShown = false
    const asked = lists.current().then(() => {
      isShown = true
    })
    await expect.poll(() => saved).toHaveLength(1)
    await new Promise((next) => setImmediate(next))
    expect(isShown).toBe(false)
    resolve()
    await asked
    expect(isShown).toBe(true)
  })

  test('of many entries is made of pages', async () => {
    const { lists, world, plans } = createScene()
    world.revoked = Array.from({ length: 1200 }, (_, index) => ({
      serialNumber: String(index).padStart(6, '0'),
      revokedAt: NOON,
      reason: 'keyCompromise',
    }))
    await lists.current()
    expect(plans[0]?.revoked).toHaveLength(3)
    expect(
      Buffer.concat(plans[0]?.revoked ?? [])
        .toString()
        .split(' '),
    ).toHaveLength(1201)
  })

  test('is made anew when half of its life is over', async () => {
    const { lists, world, plans } = createScene()
    await lists.current()
    world.now = new Date(NOON.getTime() + 3.4 * DAY_MS)
    await lists.refresh()
    expect(plans).toHaveLength(1)
    world.now = new Date(NOON.getTime() + 3.5 * DAY_MS)
    await lists.refresh()
    expect(plans).toHaveLength(2)
  })

  test('is made anew when the clock it was made by proves to have been ahead, with what is valid still', async () => {
    const { lists, world, plans, asked } = createScene()
    world.now = new Date(NOON.getTime() + 365 * DAY_MS)
    await lists.refresh()
    world.now = NOON
    const { number, thisUpdate } = await lists.current()
    expect(thisUpdate).toEqual(new Date(NOON.getTime() - 5 * MINUTE_MS))
    expect(number).toBeGreaterThan(plans[0]?.number ?? Infinity)
    expect(asked.at(-1)).toEqual(new Date(NOON.getTime() - 7 * DAY_MS))
    world.now = new Date(NOON.getTime() - 4 * MINUTE_MS)
    await lists.refresh()
    expect(plans).toHaveLength(2)
  })

  test('is made anew when certificates name another distribution point, or one of them no more', async () => {
    const { lists, world } = createScene()
    await lists.current()
    world.urls = ['http://a/', 'http://b/']
    const named = await lists.current()
    expect(String(named.complete)).toBe('at ')
    expect(String(named.forDistributionPoints)).toBe('at http://a/,http://b/')
    world.urls = ['http://b/']
    expect(String((await lists.current()).forDistributionPoints)).toBe('at http://b/')
  })
})

test('a number is greater than the last one, and than any that a lost database may have given', async () => {
  const seconds = NOON.getTime() / 1000
  const fresh = createScene()
  expect((await fresh.lists.current()).number).toBe(seconds)
  await fresh.revoke('01')
  expect((await fresh.lists.current()).number).toBe(seconds + 1)
  const ahead = createScene({ latest: { number: seconds + 1000, thisUpdate: NOON } })
  expect((await ahead.lists.current()).number).toBe(seconds + 1001)
})

test('an entry stays for a week after the list before, so that a list after its end has it', async () => {
  const thisUpdate = new Date(NOON.getTime() - 30 * DAY_MS)
  const { lists, asked } = createScene({ latest: { number: 1, thisUpdate } })
  await lists.current()
  await lists.noteRevocation()
  expect(asked).toEqual([new Date(NOON.getTime() - 37 * DAY_MS), new Date(NOON.getTime() - 7 * DAY_MS - 5 * MINUTE_MS)])
})

describe('while no list can be written', () => {
  test('the last one serves until its nextUpdate, and the refresh tells why', async () => {
    const { lists, world, revoke } = createScene()
    const last = await lists.current()
    world.isFull = true
    await expect(revoke('01')).rejects.toThrow('disk is full')
    expect(await lists.current()).toBe(last)
    world.now = last.nextUpdate
    await expect(lists.current()).rejects.toThrow('disk is full')
    world.isFull = false
    expect(String((await lists.current()).complete)).toBe('01 at ')
  })

  test('the first one is refused', async () => {
    const { lists, world } = createScene()
    world.isFull = true
    await expect(lists.current()).rejects.toThrow('disk is full')
  })
})

describe('while the key is locked', () => {
  const published: SignedLists = {
    number: 7,
    thisUpdate: NOON,
    madeAt: NOON,
    nextUpdate: new Date(NOON.getTime() + 7 * DAY_MS),
    complete: Buffer.from('kept'),
    forDistributionPoints: Buffer.from('kept for points'),
  }

  test('what was published before this start serves until its nextUpdate', async () => {
    const { lists, world, plans, saved } = createScene({ published })
    world.isLocked = true
    expect(await lists.current()).toMatchObject({ ...published, completePem: Buffer.from('PEM kept') })
    expect(lists.isBehind).toBe(true)
    world.now = published.nextUpdate
    await expect(lists.current()).rejects.toMatchObject({ code: 'ca_locked' })
    expect([plans, saved]).toEqual([[], []])
  })

  test('nothing is published where nothing ever was', async () => {
    const { lists, world } = createScene()
    world.isLocked = true
    await expect(lists.current()).rejects.toMatchObject({ code: 'ca_locked' })
  })

  test('a revocation waits, and is on the list that is made as soon as it can be', async () => {
    const { lists, world, asked, revoke } = createScene()
    const last = await lists.current()
    expect(lists.isBehind).toBe(false)
    world.isLocked = true
    const before = asked.length
    await expect(revoke('01')).rejects.toMatchObject({ code: 'ca_locked' })
    // No list was encoded in vain.
    expect(asked).toHaveLength(before)
    expect(await lists.current()).toBe(last)
    expect(lists.isBehind).toBe(true)
    world.isLocked = false
    await lists.refresh()
    expect(String((await lists.current()).complete)).toBe('01 at ')
    expect(lists.isBehind).toBe(false)
  })
})

test('closed, it gives up what it was making and saves nothing', async () => {
  const { lists, world, saved } = createScene()
  world.revoked = Array.from({ length: 1200 }, (_, index) => ({
    serialNumber: String(index).padStart(6, '0'),
    revokedAt: NOON,
    reason: 'keyCompromise',
  }))
  const refreshed = lists.refresh()
  await lists[Symbol.asyncDispose]()
  await refreshed
  expect(saved).toEqual([])
  await expect(lists.current()).rejects.toThrow('stopped')
})
