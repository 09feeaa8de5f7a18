import assert from 'node:assert'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { Router } from '../../../src/broker/delivery/router.ts'
import { AedesPersistence } from '../../../src/db/mqtt/aedes-persistence.ts'
import { openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'

interface SuiteContext {
  readonly assert: typeof assert
  plan(assertions: number): void
  diagnostic(): void
}

// It has no declarations.
const abstractPersistence: (suite: {
  test(name: string, run: (context: SuiteContext) => Promise<void>): void
  persistence(): AedesPersistence
  readonly testAsync: true
}) => void = createRequire(import.meta.url)('aedes-persistence/abstract.js')

function openPersistence(): AedesPersistence {
  const { now: clock } = createTestClock()
  return new AedesPersistence(openMqttDatabase({ durability: 'process', clock }), new Router<string>(), clock)
}

// Aedes' own suite, as node:test would run it: with a context that counts assertions.
abstractPersistence({
  test(name, run) {
    test(name, async () => {
      let made = 0
      let planned: number | undefined
      const counting = new Proxy(assert, {
        get(target, property, receiver) {
          made++
          return Reflect.get(target, property, receiver)
        },
      })
      await run({
        assert: counting,
        diagnostic: () => undefined,
        plan(assertions) {
          planned = assertions
        },
      })
      if (planned !== undefined) expect(made).toBe(planned)
    })
  },
  persistence: openPersistence,
  testAsync: true,
})

describe('beyond the suite', () => {
  const client = { id: 'one' }
  const packet = { cmd: 'publish', topic: 'a', payload: Buffer.from('x'), qos: 1, retain: false, dup: false } as const

  test('what was subscribed is found by topic after a restart', async () => {
    const { now: clock } = createTestClock()
    using stores = openMqttDatabase({ durability: 'process', clock })
    const first = new AedesPersistence(stores, new Router<string>(), clock)
    await first.setup({ id: 'broker' })
    await first.addSubscriptions(client, [
      { topic: 'a/+', qos: 1 },
      { topic: 'b', qos: 0 },
    ])
    stores.journal.write(() => stores.subscriptions.save(99, { topic: 'a/b', qos: 1 }))
    const index = new Router<string>()
    const second = new AedesPersistence(stores, index, clock)
    await second.setup({ id: 'broker' })
    // Who is in the index and not in the store is nobody.
    index.add('a/b', 'one', 1)
    index.add('a/b', 'nobody', 1)
    expect(await second.subscriptionsByTopic('a/b')).toEqual([{ clientId: 'one', topic: 'a/+', qos: 1 }])
  })

  test('a queue longer than a page is found, changed and streamed whole', async () => {
    const persistence = openPersistence()
    for (let counter = 1; counter <= 200; counter++) {
      const numbered = { ...packet, brokerId: 'b', brokerCounter: counter }
      await persistence.outgoingEnqueue({ clientId: 'one' }, numbered)
    }
    await persistence.outgoingUpdate(client, { brokerId: 'b', brokerCounter: 150, messageId: 7 })
    expect(await persistence.outgoingClearMessageId(client, { messageId: 7 })).toMatchObject({ brokerCounter: 150 })
    expect(await persistence.outgoingStream(client).toArray()).toHaveLength(199)
    await expect(persistence.outgoingUpdate(client, { messageId: 9, brokerId: 'c' })).rejects.toThrow('no such packet')
    expect(await persistence.outgoingClearMessageId(client, { messageId: 9 })).toBeUndefined()
  })

  test('of a client it does not know there is nothing', async () => {
    const persistence = openPersistence()
    await persistence.removeSubscriptions(client, ['a'])
    await persistence.cleanIncoming(client)
    expect(await persistence.delWill(client)).toBeUndefined()
    await expect(persistence.incomingGetPacket(client, { messageId: 1 })).rejects.toThrow('no such packet')
    await expect(persistence.incomingDelPacket(client, { messageId: 1 })).rejects.toThrow('no such packet')
  })

  test('a turn that fails is told to whoever waits for it', async () => {
    const { now: clock } = createTestClock()
    using stores = openMqttDatabase({ durability: 'process', clock })
    const persistence = new AedesPersistence(stores, new Router<string>(), clock)
    const stored = persistence.storeRetained(packet)
    expect(() =>
      stores.journal.write(() => {
        throw new Error('disk full')
      }),
    ).toThrow()
    await expect(stored).rejects.toThrow('disk full')
  })
})
