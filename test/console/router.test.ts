import { beforeAll, expect, test, vi } from 'vitest'
import { navigate, refine, route, startRouter } from '../../src/console/router.ts'
import { PATIENCE } from '../support/patience.ts'

beforeAll(() => {
  location.hash = '#/devices?q=board'
  startRouter()
})

test('the reader begins where the address says', () => {
  expect(route.value).toEqual({ path: ['devices'], query: { q: 'board' } })
})

test('another address is another place', async () => {
  navigate(['devices', 'board-1'], { tab: 'diary', q: '' })
  expect(location.hash).toBe('#/devices/board-1?tab=diary')
  await vi.waitFor(
    () => expect(route.value).toEqual({ path: ['devices', 'board-1'], query: { tab: 'diary' } }),
    PATIENCE,
  )
  navigate(['overview'])
  await vi.waitFor(() => expect(route.value).toEqual({ path: ['overview'], query: {} }), PATIENCE)
})

test('filters change the address, and leave no step behind for the button Back', async () => {
  navigate(['devices'], { q: 'board', user: 'ada' })
  await vi.waitFor(() => expect(route.value.path).toEqual(['devices']), PATIENCE)
  const steps = history.length
  refine({ q: undefined, online: 'true' })
  expect(route.value).toEqual({ path: ['devices'], query: { user: 'ada', online: 'true' } })
  expect(location.hash).toBe('#/devices?user=ada&online=true')
  expect(history.length).toBe(steps)
})
