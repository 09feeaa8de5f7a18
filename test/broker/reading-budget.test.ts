import { expect, test } from 'vitest'
import { FrameMeter } from '../../src/broker/frame-meter.ts'
import { ReadingBudgets } from '../../src/broker/reading-budget.ts'

const ONE = { kind: 'device', id: 'device-001' } as const
const MESSAGE = Buffer.from([0x30, 3, 0, 1, 0x61])

test('a device that comes back at once gains nothing by it, and is forgotten when it stays away', () => {
  let now = 5000
  const budgets = new ReadingBudgets({ messagesPerSecond: 2, bytesPerSecond: 0 }, () => new Date(now))
  const take = (device: Parameters<ReadingBudgets['join']>[0]): number =>
    budgets.join(device).take(Buffer.concat([MESSAGE, MESSAGE, MESSAGE]), new FrameMeter(1000)) / MESSAGE.length

  expect(take(ONE)).toBe(2)
  expect(take(ONE)).toBe(0)
  // The service of the same name is somebody else.
  expect(take({ kind: 'service', id: 'device-001' })).toBe(2)
  budgets.leave(ONE)
  budgets.leave(ONE)
  now += 500
  expect(take(ONE)).toBe(1)
  budgets.leave(ONE)
  budgets.leave({ kind: 'device', id: 'unknown' })
  expect(budgets.size).toBe(2)
  now += 1000
  budgets.leave({ kind: 'service', id: 'device-001' })
  expect(take({ kind: 'device', id: 'device-002' })).toBe(2)
  // The service rests still, the first device is forgotten.
  expect(budgets.size).toBe(2)
  expect(take(ONE)).toBe(2)
})
