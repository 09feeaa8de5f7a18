import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers, isTopicFilter, isTopicName, isWellFormed, matches, overlaps } from '../src/topic.ts'

describe('a topic name', () => {
  for (const { text, expected } of [
    { text: 'a', expected: true },
    { text: '/', expected: true },
    { text: 'a//b', expected: true },
    { text: ' ', expected: true },
    { text: '$SYS/x', expected: true },
    { text: 'ü'.repeat(32_767), expected: true },
    { text: 'ü'.repeat(32_768), expected: false }, // [MQTT-4.7.3-3]: octets, not characters
    { text: '', expected: false }, // [MQTT-4.7.3-1]
    { text: 'a\0b', expected: false }, // [MQTT-4.7.3-2]
    { text: 'a/+', expected: false }, // [MQTT-3.3.2-2]
    { text: 'a/#', expected: false },
    { text: 'a+b', expected: false },
  ]) {
    test(`${JSON.stringify(text.slice(0, 10))} of ${text.length} characters ${expected ? 'is one' : 'is none'}`, () => {
      expect(isTopicName(text)).toBe(expected)
    })
  }
})

test('text is well-formed unless it holds NUL, or was not UTF-8', () => {
  expect(['', 'a/b', 'ü', '\uFEFF', '\uFFFF', '\u0001'].every(isWellFormed)).toBe(true)
  for (const octets of [[0], [0x61, 0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
    expect(isWellFormed(Buffer.from(octets).toString())).toBe(false)
})

describe('a topic filter', () => {
  for (const { text, expected } of [
    { text: '#', expected: true },
    { text: '+', expected: true },
    { text: '/', expected: true },
    { text: '+/+', expected: true },
    { text: 'a/+/b/#', expected: true },
    { text: '$share/group/a', expected: true },
    { text: 'a', expected: true },
    { text: '', expected: false },
    { text: 'a\0', expected: false },
    { text: 'a/#/b', expected: false }, // [MQTT-4.7.1-2]
    { text: 'a#', expected: false },
    { text: 'a/b#', expected: false },
    { text: 'a+', expected: false }, // [MQTT-4.7.1-3]
    { text: 'a/+b', expected: false },
    { text: '++', expected: false },
    { text: 'a'.repeat(65_536), expected: false },
  ]) {
    test(`${JSON.stringify(text.slice(0, 20))} ${expected ? 'is one' : 'is none'}`, () => {
      expect(isTopicFilter(text)).toBe(expected)
    })
  }
})

describe('a message reaches a subscription', () => {
  for (const { filter, topic, expected } of [
    { filter: 'a/b', topic: 'a/b', expected: true },
    { filter: 'a', topic: 'a/b', expected: false },
    { filter: 'a/b', topic: 'a', expected: false },
    { filter: 'a/#', topic: 'a', expected: true }, // MQTT 3.1.1 §4.7.1.2
    { filter: 'a/#', topic: 'a/b/c', expected: true },
    { filter: 'a/#', topic: 'ab', expected: false },
    { filter: '#', topic: 'a/b', expected: true },
    { filter: '#', topic: '/', expected: true },
    { filter: '+', topic: 'a', expected: true },
    { filter: '+', topic: '/a', expected: false }, // MQTT 3.1.1 §4.7.1.3
    { filter: '+/+', topic: '/a', expected: true },
    { filter: '/+', topic: '/a', expected: true },
    { filter: 'a/+', topic: 'a', expected: false },
    { filter: 'a/+', topic: 'a/', expected: true },
    { filter: 'a/+', topic: 'a/b/c', expected: false },
    { filter: 'a/+/c', topic: 'a/b/c', expected: true },
    { filter: 'A', topic: 'a', expected: false },
    { filter: '#', topic: '$SYS/x', expected: false }, // [MQTT-4.7.2-1]
    { filter: '+/x', topic: '$SYS/x', expected: false },
    { filter: '$SYS/#', topic: '$SYS/x', expected: true },
    { filter: '$SYS/+', topic: '$SYS/x', expected: true },
    { filter: 'a/+', topic: 'a/$x', expected: true },
  ]) {
    test(`${filter} ${expected ? 'matches' : 'does not match'} ${topic}`, () => {
      expect(matches(filter, topic)).toBe(expected)
    })
  }
})

describe('a filter covers another', () => {
  for (const { wide, narrow, expected } of [
    { wide: 'a/#', narrow: 'a/#', expected: true },
    { wide: 'a/#', narrow: 'a', expected: true },
    { wide: 'a/#', narrow: 'a/+', expected: true },
    { wide: 'a/#', narrow: 'a/b/#', expected: true },
    { wide: 'a/+', narrow: 'a/+', expected: true },
    { wide: 'a/+', narrow: 'a/b', expected: true },
    { wide: 'a/+', narrow: 'a/#', expected: false },
    { wide: 'a/b', narrow: 'a/+', expected: false },
    { wide: 'a/b/#', narrow: 'a/#', expected: false },
    { wide: 'a/b/#', narrow: 'a/+/#', expected: false },
    { wide: '+/b', narrow: '+/b', expected: true },
    { wide: '#', narrow: '#', expected: true },
    { wide: '#', narrow: '+/+', expected: true },
    { wide: '+/#', narrow: '#', expected: true }, // every topic has a first level
    { wide: '+/+/#', narrow: '#', expected: false },
    { wide: 'a/+/#', narrow: 'a/#', expected: false }, // "a/#" also matches "a"
    { wide: '#', narrow: '$SYS/#', expected: false },
    { wide: '+/#', narrow: '$SYS/#', expected: false },
    { wide: '$SYS/#', narrow: '$SYS/+/x', expected: true },
    { wide: '$SYS/#', narrow: '#', expected: false },
  ]) {
    test(`${wide} ${expected ? 'covers' : 'does not cover'} ${narrow}`, () => {
      expect(covers(wide, narrow)).toBe(expected)
    })
  }
})

describe('two filters overlap where some topic is matched by both', () => {
  for (const { one, other, expected } of [
    { one: 'a', other: 'a', expected: true },
    { one: 'a', other: 'b', expected: false },
    { one: 'a', other: 'a/b', expected: false },
    { one: 'a/+', other: '+/b', expected: true },
    { one: 'a/+', other: 'b/+', expected: false },
    { one: 'a/+', other: 'a', expected: false },
    { one: 'a/#', other: 'a', expected: true }, // MQTT 3.1.1 §4.7.1.2
    { one: 'a/#', other: 'a/b/c', expected: true },
    { one: 'a/#', other: 'b/#', expected: false },
    { one: '+/b/#', other: 'a/#', expected: true },
    { one: '#', other: '+', expected: true },
    { one: '#', other: '$SYS/x', expected: false }, // [MQTT-4.7.2-1]
    { one: '+/x', other: '$SYS/#', expected: false },
    { one: '$SYS/+', other: '$SYS/x', expected: true },
    { one: '/a', other: '+/a', expected: true },
  ]) {
    test(`${one} ${expected ? 'overlaps' : 'does not overlap'} ${other}`, () => {
      expect([overlaps(one, other), overlaps(other, one)]).toEqual([expected, expected])
    })
  }
})

describe('covering and matching agree', () => {
  const name = fc.constantFrom('', 'a', 'b', '$SYS')
  const levels = fc.array(fc.oneof(name, fc.constant('+')), { minLength: 1, maxLength: 4 })
  const filter = fc
    .tuple(levels, fc.boolean())
    .map(([some, open]) => [...some, ...(open ? ['#'] : [])].join('/'))
    .chain((text) => fc.constantFrom(text, '#'))
    .filter(isTopicFilter)
  const topic = fc
    .array(name, { minLength: 1, maxLength: 5 })
    .map((some) => some.join('/'))
    .filter(isTopicName)

  test('what a covered filter matches, the covering one matches too', () => {
    fc.assert(
      fc.property(filter, filter, topic, (wide, narrow, topicName) => {
        fc.pre(covers(wide, narrow) && matches(narrow, topicName))
        expect(matches(wide, topicName)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('a filter that is not covered matches some topic that the other does not', () => {
    fc.assert(
      fc.property(filter, filter, (wide, narrow) => {
        fc.pre(!covers(wide, narrow))
        expect(topicsOf(narrow).some((topicName) => matches(narrow, topicName) && !matches(wide, topicName))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test.each(['+/+/#', '/+/#', '/#', '+/#', '#'])('%s covers /#, above which there is no topic', (wide) => {
    expect(covers(wide, '/#')).toBe(true)
  })

  test('a topic name is a filter that covers and matches itself', () => {
    fc.assert(
      fc.property(topic, (topicName) => {
        expect([covers(topicName, topicName), matches(topicName, topicName)]).toEqual([true, true])
      }),
    )
  })
})

/** The shortest and a long topic name of a filter, of levels that no other filter spells out. */
function topicsOf(filter: string): readonly string[] {
  const stem = filter.replaceAll('+', 'other')
  return [stem.replace(/\/#$/, ''), stem.replace(/#$/, 'x'), stem.replace(/#$/, 'x/y/z/x/y/z')].filter(isTopicName)
}
