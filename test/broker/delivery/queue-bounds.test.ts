import { expect, test } from 'vitest'
import { Losses } from '../../../src/broker/delivery/losses.ts'
import { MemoryQueue } from '../../../src/broker/delivery/memory-queue.ts'
import { QueueBounds } from '../../../src/broker/delivery/queue-bounds.ts'
import { createMessage } from './delivery-scene.ts'

function createScene(queueMessages: number) {
  const lost: string[] = []
  const queue = new MemoryQueue()
  const losses = new Losses((reason, clientId) => void lost.push(`${reason} ${clientId}`))
  const limits = { queueMessages, queueBytes: 1000, queueAgeMs: 1000, clock: () => new Date(5000) }
  return { lost, queue, bounds: new QueueBounds({ clientId: 'one', queue, limits, losses }) }
}

test('nothing is dropped at the limit, and the oldest past it, each told once', () => {
  const { lost, queue, bounds } = createScene(2)
  const dropped: number[] = []
  for (const n of [1, 2, 3, 4]) {
    queue.append(n, createMessage())
    bounds.add(createMessage())
    bounds.enforce(0, (number) => void dropped.push(number))
  }
  expect(dropped).toEqual([1, 2])
  expect(lost).toEqual(['queue_messages one', 'queue_messages one'])
})

test('what was sent is not dropped, however much it is', () => {
  const { queue, bounds } = createScene(1)
  for (const n of [1, 2, 3]) queue.append(n, createMessage())
  // Nothing was counted yet.
  bounds.subtract(createMessage())
  bounds.enforce(0, () => expect.unreachable())
  bounds.add(createMessage())
  bounds.enforce(3, () => expect.unreachable())
  expect(queue.measure().messages).toBe(3)
})

test('a message is too old when it has waited longer than the limit', () => {
  const { bounds } = createScene(1)
  const at = (queuedAt: number) => ({ ...createMessage(), n: 1, released: false, queuedAt })
  expect([3999, 4000, 5000].map((queuedAt) => bounds.isTooOld(at(queuedAt)))).toEqual([true, false, false])
})
