import { describe, expect, test } from 'vitest'
import { openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'

const MIB = 2 ** 20
const PAYLOAD = Buffer.alloc(10_000)

describe('a store', () => {
  test('is full when what it holds reaches its limit, and not before', async () => {
    using scene = openScene(MIB)
    expect(scene.stores.room.isFull).toBe(false)
    await scene.fillUntil(() => scene.bytesInUse() > MIB - 50_000)
    expect(scene.stores.room.isFull).toBe(false)
    await scene.fillUntil(() => scene.bytesInUse() >= MIB)
    expect(scene.stores.room.isFull).toBe(true)
  })

  test('has room again when enough of what it held is gone, though its file is as large as before', async () => {
    using scene = openScene(MIB)
    await scene.fillUntil(() => scene.stores.room.isFull)
    const pages = scene.pragma('page_count')
    await scene.take(1)
    expect(scene.stores.room.isFull).toBe(true)
    await scene.take(10)
    expect([scene.stores.room.isFull, scene.pragma('page_count')]).toEqual([false, pages])
  })

  test('refuses by itself what goes far beyond, keeps what was acknowledged, and takes out what is fetched', async () => {
    using scene = openScene(MIB)
    const kept = await scene.fillUntil(() => false)
    expect(scene.stores.journal.isFailing).toBe(true)
    expect(scene.pragma('page_count') * scene.pragma('page_size')).toBeLessThanOrEqual(MIB * 1.07)
    expect(scene.messages()).toBe(kept)
    await scene.take(kept)
    await scene.recovered
    expect([scene.messages(), scene.stores.journal.isFailing, scene.stores.room.isFull]).toEqual([0, false, false])
  })

  test('is never full without a limit', async () => {
    using scene = openScene(undefined)
    for (let count = 0; count < 200; count++) await scene.put()
    expect(scene.stores.room.isFull).toBe(false)
  })
})

function openScene(maxBytes: number | undefined) {
  const { now: clock } = createTestClock()
  const recovered = Promise.withResolvers<void>()
  const stores = openMqttDatabase({
    durability: 'process',
    clock,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    onRecovery: () => recovered.resolve(),
  })
  const { sqlite } = stores.database
  const queue = stores.queues.open(1, stores.journal)
  const pragma = (name: string): number => Number(sqlite.pragma(name, { simple: true }))
  const settled = (): Promise<Error | undefined> => new Promise((resolve) => stores.journal.settled(resolve))
  let last = 0
  let first = 1

  async function put(): Promise<boolean> {
    try {
      queue.append(last + 1, { topic: 'a', payload: PAYLOAD, qos: 1, retain: false })
    } catch {
      await settled()
      return false
    }
    const isKept = (await settled()) === undefined
    if (isKept) last++
    return isKept
  }

  return {
    recovered: recovered.promise,
    stores,
    put,
    pragma,
    bytesInUse: () => (pragma('page_count') - pragma('freelist_count')) * pragma('page_size'),
    messages: () => queue.measure().messages,
    /** Messages one by one until it is enough, or no more is kept; how many were. */
    async fillUntil(isEnough: () => boolean): Promise<number> {
      while (!isEnough() && (await put()));
      return last
    },
    async take(count: number): Promise<void> {
      for (let taken = 0; taken < count; taken++) queue.remove(first++)
      await settled()
    },
    [Symbol.dispose]: () => stores[Symbol.dispose](),
  }
}
