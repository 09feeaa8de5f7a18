import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { ConnectionLimits } from '../../src/edge/connection-limits.ts'
import { createEntrance, type Entrant } from '../../src/edge/entrance.ts'
import { OpenSockets } from '../../src/edge/open-sockets.ts'
import type { Refusal } from '../../src/refusal.ts'
import { openTcpPair } from '../support/tcp-pair.ts'

const WIDE = {
  connections: 100,
  connectionsPerAddress: 0,
  halfOpen: 100,
  halfOpenPerAddress: 100,
  newConnectionsPerAddressPerSecond: 1000,
}

describe('a connection', () => {
  test('within the limits is handed on, with the address it comes from', async () => {
    const { enter, entrants, refusals } = createScene()
    await using pair = await openTcpPair()
    await enter(pair.accepted)
    expect(entrants).toMatchObject([{ raw: pair.accepted, address: '127.0.0.1' }])
    expect(refusals).toEqual([])
  })

  for (const { name, options, cause } of [
    { name: 'of an address at its limit', options: { halfOpenPerAddress: 1 }, cause: 'address_over_limit' },
    { name: 'to a hub at its limit', options: { connections: 1 }, cause: 'hub_over_limit' },
  ]) {
    test(`${name} is reset, told, and handed on to nobody`, async () => {
      const { enter, entrants, refusals } = createScene(options)
      await using first = await openTcpPair()
      await enter(first.accepted)
      await using second = await openTcpPair()
      const closed = new Promise((resolve) => second.client.once('close', resolve))
      await enter(second.accepted)
      await closed
      expect(second.client.errored).toMatchObject({ code: 'ECONNRESET' })
      expect([entrants.length, refusals]).toEqual([1, [{ address: '127.0.0.1', surface: 'mqtts', cause }]])
    })
  }

  test('makes room when it closes', async () => {
    const { enter, entrants } = createScene({ connections: 1 })
    await using first = await openTcpPair()
    await enter(first.accepted)
    first.accepted.destroy()
    await once(first.accepted, 'close')
    await using second = await openTcpPair()
    await enter(second.accepted)
    expect(entrants).toHaveLength(2)
  })

  test('is half-open until it is marked', async () => {
    const { enter, entrants } = createScene({ halfOpen: 1 })
    await using first = await openTcpPair()
    await using second = await openTcpPair()
    await enter(first.accepted)
    entrants[0]?.markOpen()
    await enter(second.accepted)
    expect(entrants).toHaveLength(2)
  })

  test('that is gone while it is counted in takes no room, and is handed on to nobody', async () => {
    const { enter, entrants, refusals } = createScene({ connections: 1 })
    await using gone = await openTcpPair()
    const entering = enter(gone.accepted)
    gone.accepted.destroy()
    await entering
    await using next = await openTcpPair()
    await enter(next.accepted)
    expect([entrants.map(({ raw }) => raw), refusals]).toEqual([[next.accepted], []])
  })

  test('that breaks off ends nothing but itself', async () => {
    const { enter } = createScene()
    await using pair = await openTcpPair()
    await enter(pair.accepted)
    pair.client.resetAndDestroy()
    await new Promise((resolve) => pair.accepted.once('close', resolve))
    expect(pair.accepted.errored).toMatchObject({ code: 'ECONNRESET' })
  })

  test('that nobody closes is closed with the others when the hub stops', async () => {
    const { enter, sockets } = createScene()
    await using pair = await openTcpPair()
    await enter(pair.accepted)
    await sockets[Symbol.asyncDispose]()
    expect(pair.accepted.closed).toBe(true)
  })
})

function createScene(options: Partial<typeof WIDE> = {}) {
  const entrants: Entrant[] = []
  const refusals: Refusal[] = []
  const sockets = new OpenSockets()
  const enter = createEntrance({
    surface: 'mqtts',
    limits: new ConnectionLimits({ ...WIDE, ...options }),
    sockets,
    recordRefusal: (refusal) => void refusals.push(refusal),
    onEntrant: (entrant) => void entrants.push(entrant),
  })
  return { enter, entrants, refusals, sockets }
}
