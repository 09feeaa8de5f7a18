import { expect, test } from 'vitest'
import { LOAD_MINUTES, LoadAverage } from '../../../src/broker/status/load-average.ts'

const SECONDS = 3

/** What Mosquitto 2.0.11 told every three seconds, of 2 packets and 27 bytes in the first of them. */
for (const { count, told } of [
  { count: 2, told: { 1: ['1.95', '1.86', '1.77'], 5: ['0.40'], 15: ['0.13'] } },
  { count: 27, told: { 1: ['26.34', '25.05', '23.83'], 5: ['5.37', '5.32', '5.27'], 15: ['1.80'] } },
]) {
  test(`a load of ${count} at once falls off as Mosquitto tells it`, () => {
    const load = new LoadAverage()
    const averages = [1, 2, 3].map(() => {
      load.update(count, SECONDS)
      return LOAD_MINUTES.map((minutes) => load.over(minutes).toFixed(2))
    })
    LOAD_MINUTES.forEach((minutes, index) => {
      const values = averages.map((average) => average[index])
      expect(values.slice(0, told[minutes].length)).toEqual(told[minutes])
    })
  })
}

test('a steady growth is told as what it is a minute', () => {
  const load = new LoadAverage()
  for (let count = 10; count <= 10_000; count += 10) load.update(count, 10)
  expect(LOAD_MINUTES.map((minutes) => Math.round(load.over(minutes)))).toEqual([60, 60, 60])
})

test('nothing has no load', () => {
  const load = new LoadAverage()
  load.update(0, 10)
  expect(LOAD_MINUTES.map((minutes) => load.over(minutes))).toEqual([0, 0, 0])
})
