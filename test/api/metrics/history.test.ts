import { describe, expect, test } from 'vitest'
import { History, type Reading, SERIES_NAMES } from '../../../src/api/metrics/history.ts'

const START = Date.parse('2026-03-01T12:00:00.000Z')
const NOTHING = Object.fromEntries(SERIES_NAMES.map((name) => [name, 0])) as Reading
const at = (seconds: number): Date => new Date(START + seconds * 1000)

function createHistory() {
  const history = new History(at(0))
  return {
    history,
    add: (seconds: number, reading: Partial<Reading>): void => history.add({ ...NOTHING, ...reading }, at(seconds)),
    last(range: '1h' | '24h', seconds: number, name: (typeof SERIES_NAMES)[number], count: number) {
      return history.read(range, at(seconds)).series[name].slice(-count)
    },
  }
}

describe('the history', () => {
  test('knows nothing of the time before its first two readings', () => {
    const { add, last, history } = createHistory()
    add(0, { messagesIn: 100 })
    expect(new Set(history.read('1h', at(0)).series.messagesIn)).toEqual(new Set([null]))
    add(10, { messagesIn: 150, connected: 3 })
    expect(last('1h', 10, 'messagesIn', 2)).toEqual([null, 5])
    expect(last('1h', 10, 'connected', 2)).toEqual([null, 3])
  })

  test('has steps that begin at round times, the newest last', () => {
    const { at: begins, stepSeconds } = createHistory().history.read('1h', at(17))
    expect(stepSeconds).toBe(10)
    expect(begins).toHaveLength(360)
    expect(begins.slice(-2)).toEqual([START, START + 10_000])
  })

  test('tells rates per second, whatever time there was between two readings', () => {
    const { add, last } = createHistory()
    add(0, {})
    add(12, { refusals: 24 })
    expect(last('1h', 12, 'refusals', 1)).toEqual([2])
  })

  test('has a gap where there was no reading', () => {
    const { add, last } = createHistory()
    add(0, {})
    add(10, { connected: 1 })
    add(50, { connected: 2 })
    expect(last('1h', 50, 'connected', 5)).toEqual([1, null, null, null, 2])
  })

  test('has none for a timer that is a little late', () => {
    const { add, last } = createHistory()
    add(9.9, {})
    add(19.9, { connected: 1 })
    add(30.1, { connected: 2 })
    expect(last('1h', 31, 'connected', 3)).toEqual([1, 2, 2])
  })

  test('has the mean of a step in the day, and its peak of what one fears', () => {
    const { add, last } = createHistory()
    add(0, {})
    add(10, { connected: 1, eventLoopDelayP99: 3 })
    add(20, { connected: 2, eventLoopDelayP99: 9 })
    add(30, { connected: 3, eventLoopDelayP99: 1 })
    expect(last('24h', 30, 'connected', 1)).toEqual([2])
    expect(last('24h', 30, 'eventLoopDelayP99', 1)).toEqual([9])
  })

  test('forgets what is older than its range', () => {
    const { add, history } = createHistory()
    add(0, {})
    add(10, { connected: 7 })
    expect(history.read('1h', at(3600)).series.connected).toContain(7)
    expect(history.read('1h', at(3610)).series.connected).not.toContain(7)
    expect(history.read('24h', at(3610)).series.connected).toContain(7)
  })

  test('takes nothing from a clock that was set back, and goes on from there', () => {
    const { add, last } = createHistory()
    add(100, { messagesIn: 50 })
    add(40, { messagesIn: 60 })
    expect(last('1h', 100, 'messagesIn', 10)).toEqual(Array.from({ length: 10 }, () => null))
    add(50, { messagesIn: 80 })
    expect(last('1h', 50, 'messagesIn', 1)).toEqual([2])
  })

  test('never tells a rate below nothing', () => {
    const { add, last } = createHistory()
    add(0, { messagesIn: 50 })
    add(10, { messagesIn: 0 })
    expect(last('1h', 10, 'messagesIn', 1)).toEqual([0])
  })
})
