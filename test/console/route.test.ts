import { describe, expect, test } from 'vitest'
import { formatRoute, parseRoute } from '../../src/console/route.ts'

describe('an address', () => {
  for (const { hash, path, query = {} } of [
    { hash: '', path: [] },
    { hash: '#', path: [] },
    { hash: '#/', path: [] },
    { hash: '#devices', path: ['devices'] },
    { hash: '#/devices/board-1', path: ['devices', 'board-1'] },
    { hash: '#//devices//', path: ['devices'] },
    { hash: '#/devices/a%2Fb', path: ['devices', 'a/b'] },
    { hash: '#/devices/100%', path: ['devices', '100%'] },
    { hash: '#/devices?online=true&q=a+b', path: ['devices'], query: { online: 'true', q: 'a b' } },
    { hash: '#?q=a', path: [], query: { q: 'a' } },
  ]) {
    test(`${hash || 'without a hash'} leads to ${JSON.stringify(path)}`, () => {
      expect(parseRoute(hash)).toEqual({ path, query })
    })
  }
})

describe('a view', () => {
  for (const { path, query, hash } of [
    { path: [], query: undefined, hash: '#/' },
    { path: ['devices'], query: {}, hash: '#/devices' },
    { path: ['devices', 'a/b?c#d'], query: undefined, hash: '#/devices/a%2Fb%3Fc%23d' },
    { path: ['devices'], query: { q: '', user: undefined }, hash: '#/devices' },
    { path: ['devices'], query: { q: 'a b', user: 'ada' }, hash: '#/devices?q=a+b&user=ada' },
  ]) {
    test(`has the address ${hash}`, () => expect(formatRoute(path, query)).toBe(hash))
  }

  test('is found again by its address, whatever it is called', () => {
    const [path, query] = [['devices', 'плата 1/%?#&'], { q: 'a?b=c&d#e', tab: '100 %' }]
    expect(parseRoute(formatRoute(path, query))).toEqual({ path, query })
  })
})
