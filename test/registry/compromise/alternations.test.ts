import { expect, test } from 'vitest'
import { Alternations } from '../../../src/registry/compromise/alternations.ts'

const MINUTE_MS = 60_000

/** One letter a connection, a minute apart; a dot is a minute in which nothing happens. */
function follow(story: string, limits = { windowSeconds: 600, returns: 3 }) {
  const alternations = new Alternations(limits)
  return [...story].flatMap((network, minute) => {
    const found = network === '.' ? undefined : alternations.note('F1', network, minute * MINUTE_MS)
    return found ? [{ at: minute, ...found }] : []
  })
}

for (const { name, story } of [
  { name: 'a device that stays', story: 'AAAAAAAAAAAA' },
  { name: 'a device that moves', story: 'AAABBBCCC' },
  { name: 'a device that comes home', story: 'AABBBAAA' },
  { name: 'a device that goes out and comes home again', story: 'ABABB' },
  { name: 'a device on the train', story: 'ABCDEFGHIJKL' },
  { name: 'a device whose carrier gives it one of four exits, another each minute', story: 'ABCDBADCABDC' },
  { name: 'a device whose carrier gives it one of eight', story: 'ACBDAEFBGHCA' },
  { name: 'a commuter, a turn an hour', story: 'A..........B..........A..........B..........A' },
]) {
  test(`not noticed/${name}`, () => expect(follow(story)).toEqual([]))
}

for (const { name, story, at, returns } of [
  { name: 'two who take a client id from each other', story: 'ABABA', at: 4, returns: 3 },
  { name: 'a thief that comes from several networks', story: 'ABACABA', at: 6, returns: 4 },
  { name: 'a slow exchange inside the window', story: 'A.B.A.B.A', at: 8, returns: 3 },
]) {
  test(`noticed/${name}`, () => {
    const [found] = follow(story)
    expect(found).toMatchObject({ at, returns })
    expect(found?.networks.slice(0, 2)).toEqual(['A', 'B'])
  })
}

test('once it is told it is counted from the beginning', () => {
  expect(follow('ABABABABA').map(({ at }) => at)).toEqual([4, 8])
})

test('certificates are counted apart', () => {
  const alternations = new Alternations({ windowSeconds: 600, returns: 2 })
  for (const [index, network] of [...'ABAB'].entries()) {
    expect(alternations.note(`F${index % 2}`, network, index)).toBeUndefined()
  }
})

test('what is older than the window is forgotten, and there are never more than it holds', () => {
  const alternations = new Alternations({ windowSeconds: 600, returns: 3 })
  for (let index = 0; index < 50_100; index++) alternations.note(`F${index}`, 'A', index)
  expect(alternations.size).toBe(50_000)
  alternations.note('F', 'A', 50_100 + 600_000)
  expect(alternations.size).toBe(1)
})

test('a trail through very many networks stays short', () => {
  const alternations = new Alternations({ windowSeconds: 600, returns: 3 })
  for (let index = 0; index < 1000; index++) alternations.note('F', `N${index}`, index)
  // N0 is long out of mind, so nobody returns to it.
  for (const network of ['N0', 'N1', 'N2', 'N3']) expect(alternations.note('F', network, 1001)).toBeUndefined()
})
