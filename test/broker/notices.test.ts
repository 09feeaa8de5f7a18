import { expect, test } from 'vitest'
import { Notices } from '../../src/broker/notices.ts'

function createScene(capacity?: number) {
  const told: string[] = []
  const notices = new Notices<'full' | 'old'>(
    (reason, subject, count) => void told.push(`${reason} ${subject} ${count}`),
    capacity,
  )
  return { told, notices }
}

test('what repeats is told when it begins, and then once a minute with its count', () => {
  const { told, notices } = createScene()
  for (let repeated = 0; repeated < 1000; repeated++) notices.note('full', 'device-001')
  notices.note('full', 'device-002', 7)
  notices.note('old', 'device-001')
  expect(told).toEqual(['full device-001 1', 'full device-002 7', 'old device-001 1'])
  notices.sweep()
  expect(told.slice(3)).toEqual(['full device-001 999'])
})

test('what has ended is forgotten after a minute, and begins anew', () => {
  const { told, notices } = createScene()
  notices.note('full', 'device-001')
  notices.sweep()
  notices.sweep()
  expect(told).toEqual(['full device-001 1'])
  notices.note('full', 'device-001')
  expect(told).toHaveLength(2)
})

test('more than there is room for are told of together', () => {
  const { told, notices } = createScene(2)
  for (const subject of ['one', 'two', 'three', 'four', 'five']) notices.note('full', subject)
  expect(told).toEqual(['full one 1', 'full two 1', 'full others 1'])
  notices.sweep()
  expect(told.at(-1)).toBe('full others 2')
})
