import { describe, expect, test } from 'vitest'
import {
  ConnectionLimits,
  type ConnectionLimitsOptions,
  type ConnectionSlot,
} from '../../src/edge/connection-limits.ts'

const WIDE: ConnectionLimitsOptions = {
  connections: 100,
  connectionsPerAddress: 0,
  halfOpen: 100,
  halfOpenPerAddress: 100,
  newConnectionsPerAddressPerSecond: 1000,
}
const ONE = '192.0.2.1'
const OTHER = '192.0.2.2'

describe('each limit lets in as many as it says, refuses the next, and takes one again when one has gone', () => {
  test.each([
    {
      name: 'connections',
      setting: 'connections',
      options: { connections: 2 },
      cause: 'hub_over_limit',
      others: 'hub_over_limit',
      opened: true,
    },
    {
      name: 'connections per address',
      setting: 'connections_per_address',
      options: { connectionsPerAddress: 2 },
      cause: 'address_over_limit',
      others: undefined,
      opened: true,
    },
    {
      name: 'half-open connections',
      setting: 'half_open',
      options: { halfOpen: 2 },
      cause: 'hub_over_limit',
      others: 'hub_over_limit',
      opened: false,
    },
    {
      name: 'half-open connections per address',
      setting: 'half_open_per_address',
      options: { halfOpenPerAddress: 2 },
      cause: 'address_over_limit',
      others: undefined,
      opened: false,
    },
  ])('$name', async ({ setting, options, cause, others, opened }) => {
    const limits = new ConnectionLimits({ ...WIDE, ...options })
    const first = await taken(limits, ONE)
    const second = await taken(limits, ONE)
    if (opened) for (const slot of [first, second]) slot.markOpen()

    expect(await limits.take(ONE)).toEqual({ cause, expected: `at most 2 by limits.${setting}` })
    const elsewhere = await limits.take(OTHER)
    if (others === undefined) expect(elsewhere).toHaveProperty('release')
    else expect(elsewhere).toMatchObject({ cause: others })

    first.release()
    expect(await limits.take(ONE)).toHaveProperty('release')
  })
})

test('a connection that has shown who it is counts as half-open no longer', async () => {
  const limits = new ConnectionLimits({ ...WIDE, halfOpen: 1, halfOpenPerAddress: 1 })
  const first = await taken(limits, ONE)
  expect(await limits.take(ONE)).toMatchObject({ cause: 'hub_over_limit' })
  first.markOpen()
  expect(await limits.take(ONE)).toHaveProperty('release')
})

test('opening or releasing twice counts once', async () => {
  const limits = new ConnectionLimits({ ...WIDE, connections: 2, halfOpen: 2 })
  const first = await taken(limits, ONE)
  await taken(limits, ONE)
  first.markOpen()
  first.markOpen()
  first.release()
  first.release()
  expect(await limits.take(ONE)).toHaveProperty('release')
  expect(await limits.take(ONE)).toMatchObject({ cause: 'hub_over_limit' })
})

test('new connections of one address are bounded by the second, those of another address are not', async () => {
  const limits = new ConnectionLimits({ ...WIDE, newConnectionsPerAddressPerSecond: 3 })
  const slots = await Promise.all([1, 2, 3, 4].map(() => limits.take(ONE)))
  expect(slots.filter((slot) => 'cause' in slot)).toEqual([
    { cause: 'address_over_limit', expected: 'at most 3 by limits.new_connections_per_address_per_second' },
  ])
  expect(await limits.take(OTHER)).toHaveProperty('release')
})

test('a fleet behind one address is let in while no limit on that is set', async () => {
  const limits = new ConnectionLimits({ ...WIDE, connections: 200, halfOpenPerAddress: 1 })
  for (let count = 0; count < 200; count++) (await taken(limits, ONE)).markOpen()
  expect(await limits.take(ONE)).toMatchObject({ cause: 'hub_over_limit' })
})

test('as many as the limit are let in when many ask at once', async () => {
  const limits = new ConnectionLimits({ ...WIDE, connections: 7 })
  const answers = await Promise.all(Array.from({ length: 50 }, () => limits.take(ONE)))
  expect(answers.filter((answer) => 'release' in answer)).toHaveLength(7)
})

async function taken(limits: ConnectionLimits, address: string): Promise<ConnectionSlot> {
  const slot = await limits.take(address)
  if ('cause' in slot) throw new Error(slot.cause)
  return slot
}
