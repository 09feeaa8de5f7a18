import { expect, test } from 'vitest'
import { MemoryQueue } from '../../../src/broker/delivery/memory-queue.ts'
import { createMessage } from './delivery-scene.ts'

test('a queue in memory keeps its messages in order until they are removed', () => {
  const queue = new MemoryQueue()
  for (const n of [1, 2, 3, 4]) queue.append(n, createMessage())
  queue.remove(2)
  queue.release(3)
  queue.release(7)
  expect(queue.page(1, 1)).toMatchObject([{ n: 3, released: true }])
  expect(queue.page(0, 9).map(({ n }) => n)).toEqual([1, 3, 4])
  expect(queue.measure()).toEqual({ last: 0, messages: 3, bytes: 6 })
  queue.rollBack(3)
  expect(queue.page(0, 9).map(({ n }) => n)).toEqual([1, 3])
})
