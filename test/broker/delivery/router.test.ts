import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QoS } from '../../../src/broker/delivery/message.ts'
import { Router } from '../../../src/broker/delivery/router.ts'
import { matches } from '../../../src/topic.ts'

const level = fc.constantFrom('a', 'b', '$SYS', '')
const topicName = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const topicFilter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, any]) => [...levels, ...(any || levels.length === 0 ? ['#'] : [])].join('/'))
const change = fc.record({
  topicFilter,
  subscriber: fc.constantFrom('one', 'two', 'three'),
  qos: fc.constantFrom<QoS>(0, 1, 2),
  isRemoval: fc.boolean(),
})

describe('the router', () => {
  test('plans for every topic what the topic matcher says, after any series of changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.array(topicName, { minLength: 1 }), (changes, topicNames) => {
        const router = new Router<string>()
        const model = new Map<string, QoS>()
        for (const { topicFilter: filter, subscriber, qos, isRemoval } of changes) {
          const key = `${subscriber} ${filter}`
          if (isRemoval) router.remove(filter, subscriber)
          else router.add(filter, subscriber, qos)
          if (isRemoval) model.delete(key)
          else model.set(key, qos)
          expect(router.size).toBe(model.size)
          // Asked after every change: a plan that is kept too long would show.
          for (const topic of topicNames) expect(planOf(router, topic)).toEqual(expected(model, topic))
        }
      }),
    )
  })

  test('keeps nothing of what was taken out', () => {
    const router = new Router<string>()
    router.add('a/b/#', 'one', 1)
    router.remove('a/b/#', 'another')
    router.remove('a/c/#', 'one')
    expect(router.match('a/b')).toEqual([{ topicFilter: 'a/b/#', subscriber: 'one', qos: 1 }])
    router.remove('a/b/#', 'one')
    expect(router.match('a/b')).toEqual([])
    expect(router.plan('a/b')).toEqual([])
  })

  test('knows whether any filter begins with a level', () => {
    const router = new Router<string>()
    router.add('$SYS/brokers/+', 'one', 1)
    expect([router.hasLevel('$SYS'), router.hasLevel('brokers')]).toEqual([true, false])
    router.remove('$SYS/brokers/+', 'one')
    expect(router.hasLevel('$SYS')).toBe(false)
  })

  test('names each subscriber once for a topic that it does not remember', () => {
    const router = new Router<string>()
    router.add('a/+', 'one', 0)
    router.add('a/#', 'one', 1)
    expect(router.planOnce('a/b')).toEqual([{ subscriber: 'one', qos: 1 }])
  })

  test('answers for more topics than it keeps plans of', () => {
    const router = new Router<string>()
    router.add('+', 'one', 1)
    for (let index = 0; index < 5000; index++) expect(router.plan(`${index}`)).toHaveLength(1)
  })
})

function planOf(router: Router<string>, topic: string): ReadonlyMap<string, QoS> {
  return new Map(router.plan(topic).map(({ subscriber, qos }) => [subscriber, qos]))
}

function expected(model: ReadonlyMap<string, QoS>, topic: string): ReadonlyMap<string, QoS> {
  const best = new Map<string, QoS>()
  for (const [key, qos] of model) {
    const [subscriber = '', filter = ''] = key.split(' ')
    if (matches(filter, topic) && (best.get(subscriber) ?? -1) < qos) best.set(subscriber, qos)
  }
  return best
}
