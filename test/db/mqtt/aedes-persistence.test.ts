import assert from 'node:assert'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { Router } from '../../../src/broker/delivery/router.ts'
import { AedesPersistence } from '../../../src/db/mqtt/aedes-persistence.ts'
import { openMqttDatabase } from '../../../src/db/mqtt/mqtt-database.ts'
import { createTestClock } from '../../support/test-clock.ts'

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
