import { afterEach, expect, test, vi } from 'vitest'
import { Moment, now, startNow } from '../../../src/console/parts/moment.tsx'
import { drawInDocument } from '../../support/console/console-scene.tsx'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('a time is told relative to now, and exactly on hover', async () => {
  now.value = new Date('2026-05-01T12:00:00Z')
  using scene = drawInDocument(<Moment at="2026-05-01T11:57:00Z" />)
  expect(scene.text()).toBe('3 minutes ago')
  expect(document.querySelector('time')?.title).toMatch(/2026.*57:00/)
  now.value = new Date('2026-05-01T14:00:00Z')
  await scene.says('2 hours ago')
})

test('a far time is told as its day, or in days where these count', () => {
  now.value = new Date('2026-05-01T12:00:00Z')
  using day = drawInDocument(<Moment at="2026-07-20T12:00:00Z" />)
  expect(day.text()).toBe('Jul 20, 2026')
  using days = drawInDocument(<Moment at="2026-07-20T12:00:00Z" far="days" />)
  expect(days.text()).toBe('in 80 days')
})

test('time moves on by itself every 15 seconds, while the page is in sight', () => {
  vi.useFakeTimers({ now: new Date('2026-05-01T12:00:00Z') })
  const isHidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(false)
  now.value = new Date('2026-05-01T12:00:00Z')
  startNow()
  vi.advanceTimersByTime(14_999)
  expect(now.value).toEqual(new Date('2026-05-01T12:00:00Z'))
  vi.advanceTimersByTime(1)
  expect(now.value).toEqual(new Date('2026-05-01T12:00:15Z'))
  isHidden.mockReturnValue(true)
  vi.advanceTimersByTime(60_000)
  expect(now.value).toEqual(new Date('2026-05-01T12:00:15Z'))
  isHidden.mockReturnValue(false)
  vi.advanceTimersByTime(15_000)
  expect(now.value).toEqual(new Date('2026-05-01T12:01:30Z'))
})
