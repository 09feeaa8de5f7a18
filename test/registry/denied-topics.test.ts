import { describe, expect, test } from 'vitest'
import type { RefusalCause } from '../../src/refusal.ts'
import { createDeniedTopics } from '../../src/registry/denied-topics.ts'

const NOW = new Date('2026-03-01T12:00:00.000Z')

function createScene(bounds?: Parameters<typeof createDeniedTopics>[1]) {
  let now = NOW
  const denied = createDeniedTopics(() => now, bounds)
  return {
    denied,
    deny: (identity: string, topic: string, cause: RefusalCause = 'publish_denied'): void =>
      denied.note({ address: '192.0.2.7', surface: 'mqtts', cause, presented: { identity, topic } }),
    wait(milliseconds: number): void {
      now = new Date(now.getTime() + milliseconds)
    },
    topics: (): readonly string[] => denied.list(100).map(({ topic, count }) => `${topic} ${count}`),
  }
}

describe('denied topics', () => {
  test('are counted by who, what and which topic, the most frequent first', () => {
    const { denied, deny, wait } = createScene()
    deny('device:a:1', 'x')
    deny('device:a:1', 'y')
    wait(1000)
    deny('device:a:1', 'y')
    deny('service:s', 'y', 'subscribe_denied')
    deny('device:a:1', 'y', 'will_denied')
    const later = new Date(NOW.getTime() + 1000)
    expect(denied.list(2)[0]).toEqual({
      kind: 'device',
      id: 'a:1',
      topic: 'y',
      action: 'publish',
      count: 2,
      lastAt: later,
    })
    expect(denied.list(100).map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      'device publish',
      'device will',
      'service subscribe',
      'device publish',
    ])
    expect(denied.list(2)).toHaveLength(2)
  })

  test('are those of policies alone', () => {
    const { denied, deny } = createScene()
    deny('device:a', 'x', 'certificate_unknown')
    denied.note({ address: '192.0.2.7', surface: 'mqtts', cause: 'publish_denied' })
    denied.note({ address: '192.0.2.7', surface: 'mqtts', cause: 'publish_denied', presented: { topic: 'x' } })
    expect(denied.list(100)).toEqual([])
  })

  test('of one device do not push out those of others', () => {
    const { deny, topics } = createScene({ capacity: 10, capacityPerSubject: 2 })
    deny('device:quiet', 'q')
    for (const topic of ['1', '2', '3', '4']) deny('device:loud', topic)
    expect(topics().toSorted()).toEqual(['3 1', '4 1', 'q 1'])
  })

  test('are so many at most, the oldest forgotten', () => {
    const { deny, topics } = createScene({ capacity: 2, capacityPerSubject: 2 })
    for (const id of ['a', 'b', 'c']) deny(`device:${id}`, id)
    expect(topics().toSorted()).toEqual(['b 1', 'c 1'])
  })

  test('are cut where they are long', () => {
    const { denied, deny } = createScene()
    deny('device:a', 'x'.repeat(65_535))
    expect(denied.list(1)[0]?.topic).toBe(`${'x'.repeat(256)}…`)
  })
})
