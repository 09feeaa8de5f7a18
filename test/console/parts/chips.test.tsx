import { expect, test } from 'vitest'
import { Chips } from '../../../src/console/parts/chips.tsx'
import { drawInDocument, screen } from '../../support/console/console-scene.tsx'

const CHOICES = [
  { value: 'true', label: 'online' },
  { value: 'false', label: 'offline' },
]

test('of the filters at most one holds: another takes its place, the same is lifted', async () => {
  const chosen: (string | undefined)[] = []
  using scene = drawInDocument(
    <Chips label="Filters" choices={CHOICES} chosen="true" onChoose={(value) => chosen.push(value)} />,
  )
  expect(screen.getByRole('group', { name: 'Filters' })).toBeTruthy()
  expect(screen.getByRole('button', { pressed: true }).textContent).toBe('online')
  await scene.click('offline')
  await scene.click('online')
  expect(chosen).toEqual(['false', undefined])
})
